import { type GraphQLObjectType, isNonNullType, isObjectType, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/auth/authority.ts';
import { READ_LOGINS, SCOPE_OF_LOGIN } from '../../src/auth/read-scopes.ts';
import type { Noun } from '../../src/reading/nouns/noun.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { schema } from '../../src/resolvers/index.ts';
import { caller } from '../harness/callers.ts';
import { type Loose, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { columnsOf } from './reading-ledger.ts';

const ROOTS: Readonly<Record<string, string>> = {
  Entry: 'entries',
  History: 'history',
  Manifest: 'manifests',
  ReviewDecision: 'reviewDecisions',
  ChangeSet: 'changeSets',
  AffectedRow: 'affectedRows',
  VerifyResult: 'verifyResults',
  Signature: 'signatures',
  UnitBlock: 'unitBlocks',
  Sweep: 'sweepPasses',
  Document: 'documents',
  Source: 'sources',
  Unit: 'units',
};

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await verified(server);
});

const tokens = new Map<string, string>();
async function tokenWith(...scopes: Scope[]): Promise<string> {
  const name = scopes.join();
  if (!tokens.has(name)) tokens.set(name, (await caller(server, { scopes })).token);
  return tokens.get(name)!;
}

/** Each field that is read by another login than the rows of its noun. */
function widerFields(noun: Noun): { field: string; scope: Scope; selection: string }[] {
  const derived = Object.entries(noun.derived).flatMap(([field, { login }]) =>
    login === undefined || login === noun.login
      ? []
      : [{ field, scope: SCOPE_OF_LOGIN[login], selection: field }],
  );
  const related = Object.entries(noun.relations).flatMap(([field, { to, many, listed }]) => {
    const { login } = NOUNS[to];
    if (login === noun.login) return [];
    const below = columnsOf(NOUNS[to]).join(' ');
    const selection = `${field} { ${many && listed === undefined ? `nodes { ${below} }` : below} }`;
    return [{ field, scope: SCOPE_OF_LOGIN[login], selection }];
  });
  return [...derived, ...related];
}

const CASES = Object.entries(ROOTS)
  .filter(([noun]) => schema.getQueryType()!.getFields()[ROOTS[noun]!] !== undefined)
  .flatMap(([noun, root]) =>
    widerFields(NOUNS[noun as keyof typeof NOUNS]).map((wider) => ({ noun, root, ...wider })),
  );

describe('a field that needs a further scope', () => {
  test('there are such fields in most nouns', () => {
    expect(CASES.length).toBeGreaterThan(20);
  });

  test.each(CASES)(
    '$root, $field: without $scope it is an error that names it, and the rest is answered',
    async ({ noun, root, field, scope, selection }) => {
      const base = SCOPE_OF_LOGIN[NOUNS[noun as keyof typeof NOUNS].login];
      const key = [...NOUNS[noun as keyof typeof NOUNS].columns.keys()][0]!;
      const query = `{ ${root}(first: 1) { nodes { ${key} ${selection} } } }`;
      const all = READ_LOGINS.map((login) => SCOPE_OF_LOGIN[login]);
      const without = await server.gql(await tokenWith(...all.filter((one) => one !== scope)), query);
      const error = without.body.errors![0]!;
      expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN', scope } });
      expect(error.message).toContain(scope);
      expect(error.path?.slice(0, 3)).toEqual([root, 'nodes', 0]);
      const type = (schema.getType(NOUNS[noun as keyof typeof NOUNS].type) as GraphQLObjectType).getFields()[
        field
      ]!.type;
      // Where it may not be null, GraphQL takes what is above it with it.
      if (!isNonNullType(type)) expect(without.body.data[root].nodes[0][field]).toBeNull();
      const withAll = await server.gql(await tokenWith(...all), query);
      expect(withAll.body.errors).toBeUndefined();
      const alone = await server.gql(await tokenWith(base), `{ ${root}(first: 1) { nodes { ${key} } } }`);
      expect(withAll.body.data[root].nodes[0][key]).toEqual(alone.body.data[root].nodes[0][key]);
    },
  );
});

/** Every column and computed field of a noun's own rows. */
function ownFields(noun: Noun): string[] {
  const derived = Object.entries(noun.derived).filter(
    ([, { login }]) => (login ?? noun.login) === noun.login,
  );
  const judged = Object.keys(noun.judged).map((name) => JUDGED[name]!);
  return [...columnsOf(noun), ...derived.map(([name]) => name), ...judged];
}

/** Fields that the law answers, each as it is asked for. */
const JUDGED: Readonly<Record<string, string>> = {
  actions: 'actions',
  blockedBecause: 'blockedBecause { code message }',
  inclusion: 'inclusion { leaf index size path root }',
};

describe('a wider login widens no answer', () => {
  test.each(
    Object.entries(ROOTS).filter(([noun]) => schema.getQueryType()!.getFields()[ROOTS[noun]!] !== undefined),
  )('%s: each field is the same beside a field of a wider login', async (noun, root) => {
    const described = NOUNS[noun as keyof typeof NOUNS];
    const all = await tokenWith(...READ_LOGINS.map((login) => SCOPE_OF_LOGIN[login]));
    const narrow = `{ ${root}(first: 50) { nodes { ${ownFields(described).join(' ')} } } }`;
    const rows = async (query: string): Promise<Loose> => {
      const { body } = await server.gql(all, query);
      expect(body.errors).toBeUndefined();
      return body.data[root].nodes;
    };
    const narrowRows = await rows(narrow);
    for (const { selection, field } of widerFields(described)) {
      const wide = await rows(
        `{ ${root}(first: 50) { nodes { ${ownFields(described).join(' ')} ${selection} } } }`,
      );
      expect(wide.map(({ [field]: _, ...own }: Loose) => own)).toEqual(narrowRows);
    }
  });

  test('evidence is what the tables have', async () => {
    const { body } = await server.gql(
      await tokenWith('ledger:observe', 'ledger:evidence'),
      `{ entries { nodes { evidence { idempotencyKey payload } } }
         reviewDecisions { nodes { evidence { rationale findings notBefore reviewerIdentity independence } } }
         signatures { nodes { evidence { payload envelope payloadHash } } }
         affectedRows(first: 1) { nodes { evidence { before after } } }
         verifyResults { nodes { evidence { findings rationale } } } }`,
    );
    expect(body.errors).toBeUndefined();
    const { superuser } = server.database;
    const { rows: entries } = await superuser.query(
      'select payload from cutter_governance.decision_backlog_entry order by emitted_at',
    );
    expect(body.data.entries.nodes.map((node: Loose) => node.evidence.payload)).toEqual(
      entries.map(({ payload }) => payload),
    );
    const { rows: signed } = await superuser.query(
      'select signature_payload, payload_envelope from cutter_governance.dot_pair_signature order by emitted_at',
    );
    expect(
      body.data.signatures.nodes.map((node: Loose) => [node.evidence.payload, node.evidence.envelope]),
    ).toEqual(signed.map((row) => [row.signature_payload, row.payload_envelope]));
    expect(body.data.affectedRows.nodes[0].evidence).toMatchObject({
      before: null,
      after: { version_seq: 1 },
    });
  });
});

test('every type of a noun is in the schema, and a document of each root parses', () => {
  for (const { type } of Object.values(NOUNS)) expect(isObjectType(schema.getType(type))).toBe(true);
  for (const root of Object.values(ROOTS))
    expect(parse(`{ ${root} { nodes { __typename } } }`)).toBeDefined();
});
