/** From where a request comes, as far as that can be known. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6, type Socket } from 'node:net';
import { DoorRefusal } from './refuse.ts';
import { type ProxyWords, readForwarded, readXForwarded } from './web/forwarded.ts';

/** The proxies that are believed, from addresses and networks (`10.0.0.0/8`); null where one of them is neither. */
export function readProxies(texts: readonly string[]): BlockList | null {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits, ...more] = text.split('/');
    const version = isIP(address);
    const most = version === 6 ? 128 : 32;
    if (version === 0 || more.length > 0) return null;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= most) list.addSubnet(address, Number(bits), family);
    else return null;
  }
  return list;
}

const plainAddress = (address: string): string =>
  address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');

/** The meter of connections that have ended before they are asked for their address. */
const UNKNOWN_CALLER = 'unknown';

/** Who sent a request, and under which name: seen on the connection, or said by a proxy that is believed. */
export interface Forwarded {
  /** The address that is metered. Of IPv6 the network, since a household has 2⁶⁴ addresses. */
  readonly address: string;
  /** What proxies said of the name that was called; empty where none did. */
  readonly hosts: readonly string[];
  /** What the nearest proxy was asked by; null where none said. */
  readonly protocol: string | null;
}

/** Reads what proxies say, from those that are believed and from nobody else. */
export class Forwarding {
  readonly #proxies: BlockList;
  /** Of connections whose other end isn't a proxy: nothing that a request says changes it. */
  readonly #direct = new WeakMap<Socket, Forwarded>();

  /** @param proxies addresses and networks */
  constructor(proxies: readonly string[]) {
    this.#proxies = readProxies(proxies) ?? new BlockList();
  }

  of({ socket, headers }: IncomingMessage): Forwarded {
    const known = this.#direct.get(socket);
    if (known !== undefined) return known;
    if (socket.remoteAddress === undefined) return { address: UNKNOWN_CALLER, hosts: [], protocol: null };
    const peer = plainAddress(socket.remoteAddress);
    if (!this.#isTrusted(peer)) {
      const direct = { address: meteredAddress(peer), hosts: [], protocol: null };
      this.#direct.set(socket, direct);
      return direct;
    }
    const said = this.#agreed(peer, readXForwarded(headers), readForwarded(headers));
    if (said === null) return { address: meteredAddress(peer), hosts: [], protocol: null };
    return {
      address: meteredAddress(this.#walk(peer, said.addresses)),
      hosts: said.hosts,
      protocol: said.protocols.at(-1) ?? null,
    };
  }

  /**
   * What was said, whichever way. A proxy writes one of the two and passes the other on as its caller wrote it, so a
   * request in which they differ is refused.
   */
  #agreed(peer: string, x: ProxyWords | null, standard: ProxyWords | 'malformed' | null): ProxyWords | null {
    if (standard === 'malformed') throw badForwarding('The header "Forwarded" can\'t be read.');
    if (x === null || standard === null) return x ?? standard;
    const same = (left: string | undefined, right: string | undefined) =>
      left === undefined || right === undefined || left === right;
    const addressIn = ({ addresses }: ProxyWords) =>
      addresses.length === 0 ? undefined : this.#walk(peer, addresses);
    if (
      !same(addressIn(x), addressIn(standard)) ||
      !same(x.hosts.at(-1), standard.hosts.at(-1)) ||
      !same(x.protocols.at(-1), standard.protocols.at(-1))
    )
      throw badForwarding('"Forwarded" and "X-Forwarded-…" say different things of this request.');
    return {
      addresses: x.addresses.length > 0 ? x.addresses : standard.addresses,
      hosts: [...x.hosts, ...standard.hosts],
      protocols: [...x.protocols, ...standard.protocols],
    };
  }

  /** The last address that isn't one of the proxies'. */
  #walk(peer: string, claimed: readonly string[]): string {
    let address = peer;
    for (const before of claimed.toReversed()) {
      if (!this.#isTrusted(address) || isIP(plainAddress(before)) === 0) break;
      address = plainAddress(before);
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#proxies.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

function badForwarding(what: string): DoorRefusal {
  return new DoorRefusal(
    400,
    'BAD_FORWARDING',
    `${what} The proxy must remove the one that it doesn't write.`,
  );
}

/** An address, or the first 64 bits of one of IPv6. */
function meteredAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
