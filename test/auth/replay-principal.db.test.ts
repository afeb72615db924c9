import { beforeAll, describe, expect, test } from 'vitest';
import { AUTHORITY } from '../../src/auth/authority.ts';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import { call, type Loose } from '../harness/cycle.ts';
import { EXAMPLES, perform, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-/;

/** Another principal that may call the verb. */
function other(verb: keyof typeof AUTHORITY): Promise<{ token: string }> {
  return caller(server, { scopes: [AUTHORITY[verb].scope, 'ledger:observe'] });
}

/** What these register is the same for everybody who sends it. */
const SHARED: readonly string[] = ['registerSource', 'registerVocabulary', 'registerProfile'];

describe.each(VERBS.filter((verb) => !SHARED.includes(verb)))("%s with another principal's key", (verb) => {
  test('is refused, and shows nothing of the first call', async () => {
    const example = await EXAMPLES[verb](server);
    await perform(server, example);
    const { token } = await other(verb);
    const before = await fingerprint(server);
    for (const dryRun of [false, true]) {
      const answer: Loose = await call(server, token, verb, { ...example.input, dryRun }, example.success);
      expect(answer).toMatchObject({
        __typename: 'IdempotencyConflict',
        retryable: false,
        guard: verb === 'mark' ? 'G-MARK-IDEM' : null,
        problems: [{ path: ['input', 'idempotencyKey'], code: 'of-another' }],
      });
      expect(JSON.stringify(answer)).not.toMatch(UUID);
    }
    expect(await fingerprint(server)).toBe(before);
  });

  test("is answered for another token of the key's principal", async () => {
    const example = await EXAMPLES[verb](server);
    const first = await perform(server, example);
    const { principalId } = await sample(server, example.who);
    const token = await tokenFor(server, principalId);
    const again = await call(server, token, verb, { ...example.input }, example.success);
    expect(again).toEqual({ ...first, replayed: true, rows: [] });
  });
});

describe.each(['registerVocabulary', 'registerProfile'] as const)(
  "%s with another principal's key",
  (verb) => {
    test('is answered for the same content, and refused for other content', async () => {
      const [example, different] = [await EXAMPLES[verb](server), await EXAMPLES[verb](server)];
      const first = await perform(server, example);
      const { token } = await other(verb);
      const again = await call(server, token, verb, { ...example.input }, example.success);
      expect(again).toEqual({ ...first, replayed: true, rows: [] });
      const { idempotencyKey } = example.input;
      const refused = await call(
        server,
        token,
        verb,
        { ...different.input, idempotencyKey },
        example.success,
      );
      expect(refused).toMatchObject({
        __typename: 'IdempotencyConflict',
        problems: [{ code: 'of-another' }],
      });
      expect(JSON.stringify(refused)).not.toMatch(UUID);
    });
  },
);

describe("registerSource with another principal's key", () => {
  test('gives the first source for the same bytes under the same code', async () => {
    const example = await EXAMPLES.registerSource(server);
    const first = await perform(server, example);
    const { token } = await other('registerSource');
    const again = await call(server, token, 'registerSource', { ...example.input }, example.success);
    expect(again).toEqual({ ...first, replayed: true, rows: [] });
    const retitled = { ...example.input, title: 'Another title' };
    expect(await call(server, token, 'registerSource', retitled, example.success)).toEqual(again);
  });

  test.each([{ docCode: 'another-code' }, { content: { text: '# Other bytes\n' } }])(
    'is refused for %j, and shows nothing of the first document',
    async (change) => {
      const example = await EXAMPLES.registerSource(server);
      await perform(server, example);
      const { token } = await other('registerSource');
      const answer = await call(server, token, 'registerSource', { ...example.input, ...change });
      expect(answer).toMatchObject({ __typename: 'IdempotencyConflict', problems: [{ code: 'of-another' }] });
      expect(JSON.stringify(answer)).not.toContain(example.input['docCode']);
    },
  );
});
