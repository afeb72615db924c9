import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../../src/auth/session.ts';
import { Groups } from '../../../src/doors/streams/groups.ts';

const schema = buildSchema('type Query { nothing: Int }');
const DOCUMENT = parse(`subscription ($after: String, $filter: Filter, $first: Int, $skip: Boolean!) {
  history(after: $after, filter: $filter) { rows { entry { history(first: $first) { ...F } } } }
} fragment F on Page { total @skip(if: $skip) }`);

const session = (more: Partial<Session> = {}): Session => ({
  tokenId: crypto.randomUUID(),
  principalId: 'observer',
  personId: 'person',
  name: 'observer',
  kind: 'service',
  scopes: new Set(['ledger:observe', 'ledger:evidence']),
  entryIds: null,
  manifestDigest: null,
  mode: 'rehearsal',
  expiresAt: '2030-01-01T00:00:00.000000Z',
  ...more,
});

interface Member {
  readonly document?: ReturnType<typeof parse>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly session?: Session;
}

/** How often a value is executed where all of these subscribers get it. */
async function executions(members: readonly Member[], groups = new Groups()): Promise<number> {
  const value = {};
  let count = 0;
  const joined = members.map(({ document = DOCUMENT, variables = {}, session: asker = session() }) =>
    groups.join(
      { schema, document, variableValues: { skip: false, ...variables } },
      asker,
      async (): Promise<ExecutionResult> => {
        count += 1;
        return { data: { count } };
      },
    ),
  );
  await Promise.all(joined.map(({ result }) => result(value)));
  for (const { leave } of joined) leave();
  return count;
}

describe('a value is executed once for all who get the same', () => {
  test('whatever cursor or filter brought it to them, and by whichever token of one principal', async () => {
    const members = [
      {},
      { variables: { after: 'one' } },
      { variables: { after: 'other', filter: { changedBy: 'anna' } } },
      { session: session({ tokenId: crypto.randomUUID() }) },
      { session: session({ scopes: new Set(['ledger:evidence', 'ledger:observe']) }) },
    ];
    expect(await executions(members)).toBe(1);
  });

  test.each<[string, Member]>([
    ['another document', { document: parse('subscription { history { rows { position } } }') }],
    ['another variable below the root', { variables: { first: 2 } }],
    ['another variable in a fragment or a directive', { variables: { skip: true } }],
    ['another principal', { session: session({ principalId: 'marker' }) }],
    ['fewer scopes', { session: session({ scopes: new Set(['ledger:observe']) }) }],
    ['a token narrowed to entries', { session: session({ entryIds: new Set(['an entry']) }) }],
    ['another mode', { session: session({ mode: 'production' }) }],
  ])('but not for %s', async (_, other) => {
    expect(await executions([{}, {}, other, other])).toBe(2);
  });

  test('values that are merely alike are not taken for one', async () => {
    const groups = new Groups();
    const execute = async (value: unknown) => ({ data: { value } });
    const [one, other] = [1, 2].map(() =>
      groups.join({ schema, document: DOCUMENT, variableValues: { skip: false } }, session(), execute),
    );
    const [first, second] = [{ alike: 1 }, { alike: 1 }];
    expect((await one!.result(first)).data?.['value']).toBe(first);
    expect((await other!.result(second)).data?.['value']).toBe(second);
  });

  test('nothing is kept for those who have left, nor for one who is alone', async () => {
    const groups = new Groups();
    expect(await executions([{}, {}], groups)).toBe(1);
    const value = {};
    let count = 0;
    const alone = groups.join(
      { schema, document: DOCUMENT, variableValues: { skip: false } },
      session(),
      async () => ({ data: { count: ++count } }),
    );
    await alone.result(value);
    await alone.result(value);
    expect(count).toBe(2);
  });

  test('what is kept for those who lag is bounded', async () => {
    const groups = new Groups();
    let count = 0;
    const execute = async () => ({ data: { count: ++count } });
    const [ahead, behind] = [1, 2].map(() =>
      groups.join({ schema, document: DOCUMENT, variableValues: { skip: false } }, session(), execute),
    );
    const values = Array.from({ length: 100 }, () => ({}));
    for (const value of values) await ahead!.result(value);
    await behind!.result(values.at(-1));
    expect(count).toBe(100);
    await behind!.result(values[0]);
    expect(count).toBe(101);
  });
});
