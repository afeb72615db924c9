/**
 * What proxies say of the request they pass on: `X-Forwarded-For`, `-Host` and `-Proto`, or `Forwarded` (RFC 7239).
 * Each proxy adds itself at the end, so a list is read from its end.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface ProxyWords {
  /** Addresses, the nearest proxy's caller last. */
  readonly addresses: readonly string[];
  /** Names under which the request was sent, as `Host` writes them. */
  readonly hosts: readonly string[];
  readonly protocols: readonly string[];
}

/** By `X-Forwarded-…`; null where no such header came. */
export function readXForwarded(headers: IncomingHttpHeaders): ProxyWords | null {
  const addresses = wordsOf(headers['x-forwarded-for']);
  const hosts = wordsOf(headers['x-forwarded-host']);
  const protocols = wordsOf(headers['x-forwarded-proto']);
  if (addresses === null && hosts === null && protocols === null) return null;
  return {
    addresses: (addresses ?? []).map(bareAddress),
    hosts: hosts ?? [],
    protocols: (protocols ?? []).map((word) => word.toLowerCase()),
  };
}

function wordsOf(header: string | string[] | undefined): string[] | null {
  if (header === undefined) return null;
  return [header]
    .flat()
    .join(',')
    .split(',')
    .map((word) => word.trim());
}

/** A pair of `Forwarded`: a token or a quoted string. */
const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;=]*))\s*([;,]|$)/y;

/** By `Forwarded`; null where it didn't come, 'malformed' where it can't be read. */
export function readForwarded({ forwarded }: IncomingHttpHeaders): ProxyWords | 'malformed' | null {
  if (forwarded === undefined) return null;
  const addresses: string[] = [];
  const hosts: string[] = [];
  const protocols: string[] = [];
  PAIR.lastIndex = 0;
  for (let end = ','; end !== ''; ) {
    const [, name, quoted, token, next] = PAIR.exec(forwarded) ?? [];
    if (name === undefined || next === undefined) return 'malformed';
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token!;
    if (name.toLowerCase() === 'for') addresses.push(bareAddress(value));
    if (name.toLowerCase() === 'host') hosts.push(value);
    if (name.toLowerCase() === 'proto') protocols.push(value.toLowerCase());
    end = next;
  }
  return { addresses, hosts, protocols };
}

/** Without brackets and port: `192.0.2.7:4711` and `[2001:db8::7]:4711` are addresses with one. */
function bareAddress(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
