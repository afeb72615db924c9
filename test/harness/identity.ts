/** What stands for a ledger in a test proves who it is, as the ledger would. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { signIdentity } from '../../src/proof/ledger-identity.ts';

/** Answers `/identity` with whatever origin was dialled; false for any other path. */
export function provesItself(seed: Uint8Array, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '/', 'http://test');
  if (url.pathname !== '/identity') return false;
  const [nonce, origin] = [url.searchParams.get('nonce') ?? '', url.searchParams.get('origin') ?? ''];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(signIdentity(seed, { nonce, origin })));
  return true;
}
