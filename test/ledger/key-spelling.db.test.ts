import { beforeAll, describe, expect, test, vi } from 'vitest';
import type * as KeySpelling from '../../src/law/key-spelling.ts';
import { EXAMPLES, perform, places, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/** Whether the server takes every spelling, as versions before this rule did. */
let isEarlierVersion = false;
vi.mock('../../src/law/key-spelling.ts', async (actual) => {
  const { keySpellingFault, ...others } = await actual<typeof KeySpelling>();
  return { ...others, keySpellingFault: (key: string) => (isEarlierVersion ? null : keySpellingFault(key)) };
});

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** Spellings that read like this key. */
const readingLike = (key: string): string[] => [
  ` ${key}`,
  `${key} `,
  `${key}\u00a0`,
  `\u200b${key}`,
  `${key}\ufeff`,
  key.replace('-', '\u00ad-'),
  `${key}é`.normalize('NFD'),
];

describe.each(VERBS)('%s, under a key that reads like another one', (verb) => {
  test('is refused with the place and the way out, and writes nothing; as a dry run, too', async () => {
    const example = await EXAMPLES[verb](server);
    const key = String(example.input['idempotencyKey']);
    const before = await fingerprint(server);
    for (const idempotencyKey of readingLike(key)) {
      for (const dryRun of [false, true]) {
        const answer = await perform(server, example, { idempotencyKey, dryRun });
        expect(answer, JSON.stringify(idempotencyKey)).toMatchObject({
          __typename: 'InvalidInput',
          retryable: false,
          problems: [{ code: 'key-spelling' }],
        });
        expect(places(answer)).toEqual(['input.idempotencyKey']);
        const instead = JSON.stringify(idempotencyKey.endsWith('e\u0301') ? `${key}é` : key);
        expect(answer.message).toContain(`Write ${instead} instead.`);
      }
    }
    expect(await fingerprint(server)).toBe(before);
    expect(await perform(server, example)).toMatchObject({ replayed: false });
  });

  test('that an earlier version took is answered as before', async () => {
    const made = await EXAMPLES[verb](server);
    const idempotencyKey = `${made.input['idempotencyKey']}\u00a0`;
    const example = { ...made, input: { ...made.input, idempotencyKey } };
    isEarlierVersion = true;
    const first = await perform(server, example).finally(() => {
      isEarlierVersion = false;
    });
    expect(first).toMatchObject({ replayed: false });
    expect(await perform(server, example)).toEqual({ ...first, replayed: true, rows: [] });
    if (verb !== 'mark') return;
    const { body } = await server.gql(
      server.tokens.reviewer,
      'query ($key: String!) { entryByKey(idempotencyKey: $key) { entryId evidence { idempotencyKey } } }',
      { key: idempotencyKey },
    );
    expect(body.data.entryByKey).toEqual({ entryId: first.entry.entryId, evidence: { idempotencyKey } });
  });
});
