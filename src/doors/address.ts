/** From where a request comes, as far as that can be known. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

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

/**
 * The address that is metered: the peer's, or, where the peer is a proxy that is believed, the last address in
 * `X-Forwarded-For` that isn't one. Of IPv6 the network, since a household has 2⁶⁴ addresses.
 */
export function callerAddress(request: IncomingMessage, proxies: BlockList): string {
  const { remoteAddress } = request.socket;
  if (remoteAddress === undefined) return UNKNOWN_CALLER;
  let address = plainAddress(remoteAddress);
  const claimed = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  while (isTrusted(address, proxies)) {
    const before = claimed.pop();
    if (before === undefined || isIP(plainAddress(before.trim())) === 0) break;
    address = plainAddress(before.trim());
  }
  return isIPv6(address) ? networkOf(address) : address;
}

function isTrusted(address: string, proxies: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** The first 64 bits. */
function networkOf(address: string): string {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
