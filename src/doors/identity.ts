/**
 * `/identity?nonce=…&origin=…`: the ledger proves to a caller without a token that it is the one that the caller
 * means. It signs for its own addresses alone: a caller who called another address may be talking to somebody in
 * between.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { NONCE, signIdentity } from '../proof/ledger-identity.ts';
import { DoorRefusal } from './refuse.ts';

export const IDENTITY_PATH = '/identity';

/** A name of 253 characters, its scheme and its port. */
const LONGEST_ORIGIN = 270;

/** @param seed of the ledger's own key; @param names hosts in addition to this machine's own, `name` or `name:port`. */
export function identityDoor(seed: Uint8Array, names: readonly string[]) {
  return (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    if (request.method !== 'GET')
      throw new DoorRefusal(405, 'METHOD_NOT_ALLOWED', 'Ask for the identity with GET.', { allow: 'GET' });
    const nonce = url.searchParams.get('nonce');
    const origin = originIn(url.searchParams.get('origin'));
    if (nonce === null || !NONCE.test(nonce) || origin === null)
      throw new DoorRefusal(
        400,
        'BAD_REQUEST',
        'Send a nonce of 32 bytes in base64url, and the origin that you called, such as http://127.0.0.1:4000.',
      );
    if (!isOwn(origin, request, names))
      throw new DoorRefusal(
        403,
        'FORBIDDEN_HOST',
        `This ledger doesn't answer at ${origin.origin}. If it should, add ${origin.host} to CUTTER_HOSTS.`,
      );
    const text = JSON.stringify(signIdentity(seed, { nonce, origin: origin.origin }));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(text);
  };
}

function originIn(text: string | null): URL | null {
  if (text === null || text.length > LONGEST_ORIGIN || !/^https?:\/\//.test(text) || !URL.canParse(text))
    return null;
  const url = new URL(text);
  return url.origin === text ? url : null;
}

/** An address as a socket reports it, in the form of a URL's host name. */
function hostnameOf(address: string): string {
  const bare = address.replace(/^::ffff:/, '');
  return isIPv6(bare) ? new URL(`http://[${bare.replace(/%.*$/, '')}]`).hostname : bare;
}

/** The address at which this very connection arrived, or a name that the operator gave. */
function isOwn(
  { protocol, hostname, port }: URL,
  { socket }: IncomingMessage,
  names: readonly string[],
): boolean {
  const dialled = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const address = socket.localAddress === undefined ? null : hostnameOf(socket.localAddress);
  const isLoopback = address === '[::1]' || address?.startsWith('127.') === true;
  if (
    dialled === String(socket.localPort) &&
    (hostname === address || (isLoopback && hostname === 'localhost'))
  )
    return true;
  // A name without a port is one at this server's own, or where a proxy listens as usual: somebody else may have
  // the others.
  const isUsual = ['80', '443', String(socket.localPort)].includes(dialled);
  const given = names.map((name) => name.toLowerCase());
  return given.includes(`${hostname}:${dialled}`) || (isUsual && given.includes(hostname));
}
