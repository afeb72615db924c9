/**
 * Which names this server answers to, and which pages may ask it. A page of another site can point its own name at this
 * machine (DNS rebinding); its requests then carry that name in `Host`, which is why `Host` is compared with a list.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Forwarded } from './address.ts';
import { DoorRefusal } from './refuse.ts';

/** What a deployment says of its own names. */
export interface HostNames {
  /** Names or addresses in addition to those of this machine, `name` or `name:port`. */
  readonly hosts: readonly string[];
  /** Origins of other pages that may ask, for example `https://app.example`. */
  readonly origins: readonly string[];
}

export const NO_NAMES: HostNames = { hosts: [], origins: [] };

interface Authority {
  /** Lower case; an IPv6 address without brackets. */
  readonly name: string;
  readonly port: string | null;
}

const FORM = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_][a-z0-9._-]*?)\.?)(?::(\d{1,5}))?$/i;

/** `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`; null for anything else, a user name before it included. */
export function readAuthority(text: string): Authority | null {
  const [, v6, name, port = null] = FORM.exec(text) ?? [];
  if (v6 !== undefined && !isIPv6(v6)) return null;
  if (port !== null && (Number(port) < 1 || Number(port) > 65_535)) return null;
  const found = v6 === undefined ? name : new URL(`http://[${v6}]`).hostname.slice(1, -1);
  return found === undefined ? null : { name: found.toLowerCase(), port };
}

/** The origin as browsers write it, or null where the text names none (`null`, a path, two of them). */
export function readOrigin(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { origin, host } = new URL(text);
  return origin === text.toLowerCase() && readAuthority(host) !== null ? origin : null;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(name: string): boolean {
  if (name === '127.0.0.1' || name === 'localhost') return true;
  if (isIPv4(name)) return LOOPBACK.check(name, 'ipv4');
  return isIPv6(name) ? LOOPBACK.check(name, 'ipv6') : name === 'localhost';
}

/** Each `Host` of a request: `headers` keeps the first alone. */
function hostsIn({ rawHeaders }: IncomingMessage): string[] {
  const named: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') named.push(rawHeaders[at + 1] as string);
  }
  return named;
}

/** An address as a socket reports it, in the form of `readAuthority`; null where a socket has ended. */
function plainAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  const bare = address.replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return readAuthority(isIPv6(bare) ? `[${bare}]` : bare)?.name ?? null;
}

export class Hosts {
  readonly #bound: string | null;
  readonly #hosts: readonly Authority[];
  readonly #origins: ReadonlySet<string>;

  /** @param bound the address or name that the server listens at */
  constructor(bound: string, { hosts, origins }: HostNames) {
    this.#bound = plainAddress(bound);
    this.#hosts = hosts.flatMap((host) => readAuthority(host) ?? []);
    this.#origins = new Set(origins.flatMap((origin) => readOrigin(origin) ?? []));
  }

  /**
   * Refuses a request that names no host in the right form, or more than one. A program of HTTP/1.0 need not name
   * any.
   */
  refuseMalformed(request: IncomingMessage): void {
    const named = hostsIn(request);
    if (named.length === 0 && request.httpVersion === '1.0') return;
    if (named.length === 1 && readAuthority(named[0] as string) !== null) return;
    const what =
      named.length > 1 ? 'names more than one host' : 'names no host, or not in the form name:port';
    throw new DoorRefusal(400, 'BAD_HOST', `The request ${what}. Send exactly one "Host" header.`, CLOSE);
  }

  /** Whether any page of another site may ask. */
  get invites(): boolean {
    return this.#origins.size > 0;
  }

  /** Refuses a name that isn't this server's, in `Host` or as a proxy that is believed passes it on. */
  refuseForeign(request: IncomingMessage, { hosts }: Forwarded): void {
    this.refuseMalformed(request);
    const host = request.headers.host;
    for (const named of host === undefined ? hosts : [host, ...hosts]) {
      const read = readAuthority(named);
      if (read === null || !this.#isOurs(read, request)) throw foreignHost(named);
    }
  }

  #isOurs({ name, port }: Authority, { socket }: IncomingMessage): boolean {
    if (isLoopback(name) || name === this.#bound || name === plainAddress(socket.localAddress)) return true;
    return this.#isConfigured(name, port);
  }

  /** Refuses a page of another site. Programs name no origin. */
  refuseForeignOrigin({ headers: { origin, host } }: IncomingMessage, forwarded: Forwarded): void {
    if (origin === undefined) return;
    const read = readOrigin(origin);
    if (read !== null && (this.#origins.has(read) || this.#isOwn(read, host, forwarded))) return;
    throw new DoorRefusal(
      403,
      'FORBIDDEN_ORIGIN',
      `A page of the origin "${origin.slice(0, 100)}" may not ask this server. ` +
        'If it should, the operator adds the origin to CUTTER_ORIGINS.',
    );
  }

  /** The origin of a page of another site that was let in by the configuration; null for all others. */
  invited({ headers: { origin } }: IncomingMessage): string | null {
    const read = origin === undefined ? null : readOrigin(origin);
    return read !== null && this.#origins.has(read) ? read : null;
  }

  #isOwn(origin: string, host: string | undefined, forwarded: Forwarded): boolean {
    const { protocol, host: written } = new URL(origin);
    const page = readAuthority(written);
    if (page === null) return false;
    // A page that came unencrypted isn't the one that the proxy serves encrypted.
    if (forwarded.protocol !== null && `${forwarded.protocol}:` !== protocol) return false;
    const usual = protocol === 'https:' ? '443' : '80';
    for (const named of host === undefined ? forwarded.hosts : [host, ...forwarded.hosts]) {
      const asked = readAuthority(named);
      if (page.name === asked?.name && (page.port ?? usual) === (asked.port ?? usual)) return true;
    }
    return this.#isConfigured(page.name, page.port);
  }

  #isConfigured(name: string, port: string | null): boolean {
    return this.#hosts.some((host) => host.name === name && (host.port === null || host.port === port));
  }
}

function foreignHost(name: string): DoorRefusal {
  return new DoorRefusal(
    403,
    'FORBIDDEN_HOST',
    `This server doesn't answer to the name "${name.slice(0, 100)}". If it should, add the name to CUTTER_HOSTS.`,
  );
}

const CLOSE = { connection: 'close' } as const;
