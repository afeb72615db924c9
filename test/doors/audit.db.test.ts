import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { testServer } from '../harness/server.ts';

test('GraphQL over HTTP: every MUST and every SHOULD of the audit suite, with a token', async () => {
  const server = await testServer();
  const results = await auditServer({
    url: server.url,
    // The suite knows no tokens; everything else of its requests goes through as it is.
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as object), authorization: `Bearer ${server.tokens.observer}` },
      }),
  });
  const of = (word: string) => results.filter((result) => result.name.startsWith(`${word} `));
  expect(results.filter((result) => result.status !== 'ok').map((result) => result.name)).toEqual([]);
  expect([of('MUST').length, of('SHOULD').length]).toEqual([13, 23]);
});
