import { randomUUID } from 'node:crypto';
import { type GraphQLObjectType, GraphQLUnionType, getNullableType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { AUTHORITY, type Authority, SCOPES, type Scope, type Verb } from '../../src/auth/authority.ts';
import { QUERY_AUTHORITY } from '../../src/auth/query-authority.ts';
import { SAMPLE_PARTIES } from '../../src/auth/sample-parties.ts';
import { schema } from '../../src/resolvers/index.ts';
import { MANY_VERBS } from '../../src/resolvers/many-verbs.ts';
import { STATEMENT_VERBS } from '../../src/resolvers/statement-verbs.ts';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import { call, fresh, type Loose, marked, wasCut } from '../harness/cycle.ts';
import { EXAMPLES, perform, places, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { BAD, mutation } from './authority-ground.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TABLE: Readonly<Record<Verb, Authority>> = AUTHORITY;
const fieldsOf = (type: GraphQLObjectType | null | undefined) => type?.getFields() ?? {};

describe('the tables of authority', () => {
  test('name every mutation and every query of the schema, and nothing else', () => {
    const lists = MANY_VERBS.map((verb) => `${verb}Many`);
    const statements = STATEMENT_VERBS.map((verb) => `${verb}Statement`);
    expect(Object.keys(fieldsOf(schema.getMutationType())).sort()).toEqual(
      [...Object.keys(AUTHORITY), ...lists, ...statements].sort(),
    );
    expect(Object.keys(fieldsOf(schema.getQueryType())).sort()).toEqual(Object.keys(QUERY_AUTHORITY).sort());
  });

  test('the refusals of a verb are the members of its outcome, beside its success', () => {
    for (const [verb, { refusals }] of Object.entries(TABLE)) {
      const type = getNullableType(fieldsOf(schema.getMutationType())[verb]!.type);
      expect(type).toBeInstanceOf(GraphQLUnionType);
      const members = (type as GraphQLUnionType).getTypes().map((member) => member.name);
      const success = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Success`;
      expect(members.sort()).toEqual([success, ...refusals].sort());
    }
  });

  test('every verb can say Forbidden, LaneNotServed, InvalidInput, IdempotencyConflict and Busy', () => {
    for (const { refusals } of Object.values(TABLE))
      expect(refusals).toEqual(
        expect.arrayContaining(['Forbidden', 'LaneNotServed', 'InvalidInput', 'IdempotencyConflict', 'Busy']),
      );
  });

  test('VERIFY alone is of lane DOT-992, and no other verb asks for its scope', () => {
    const verifier = Object.entries(TABLE).filter(([, authority]) => authority.lane === 'DOT-992');
    expect(verifier.map(([verb]) => verb)).toEqual(['verify']);
    const scopes = Object.entries(TABLE).filter(([, authority]) => authority.scope === 'change:verify');
    expect(scopes.map(([verb]) => verb)).toEqual(['verify']);
  });

  test('`change:cut` and `change:verify` never meet in one sample principal, nor in one person', () => {
    const persons = new Map<string, Set<Scope>>();
    for (const { personName, scopes } of SAMPLE_PARTIES) {
      const held = persons.get(personName) ?? new Set();
      for (const scope of scopes) held.add(scope);
      persons.set(personName, held);
    }
    for (const held of persons.values())
      expect(held.has('change:cut') && held.has('change:verify')).toBe(false);
  });

  test('no sample principal may both mark and review', () => {
    for (const { scopes } of SAMPLE_PARTIES) {
      const held: readonly Scope[] = scopes;
      expect(held.includes('entry:mark') && held.includes('entry:review')).toBe(false);
    }
  });
});

/** These lists may only shrink. */
describe('lists that may only shrink', () => {
  test('queries open to any session', () => {
    const open = Object.entries(QUERY_AUTHORITY).filter(([, scope]) => scope === null);
    // `node` and `nodes` ask for the scope of the type that an id names.
    expect(open.map(([name]) => name)).toEqual(['whoAmI', 'node', 'nodes']);
  });

  test('verbs that an agent may call', () => {
    const agents = Object.entries(TABLE).filter(([, authority]) => authority.agent);
    expect(agents.map(([verb]) => verb).sort()).toEqual(
      [
        'comment',
        'cut',
        'declareDependency',
        'mark',
        'registerSource',
        'resolveComment',
        'sweep',
        'verify',
      ].sort(),
    );
  });

  test('verbs that ask for another scope for one kind of their input', () => {
    const kinds = Object.entries(TABLE).filter(([, authority]) => authority.byKind !== undefined);
    expect(kinds.map(([verb, { byKind }]) => [verb, byKind])).toEqual([
      ['declareDependency', { supersedes: { scope: 'entry:review', agent: false } }],
    ]);
  });

  test('scopes that no verb and no query asks for', () => {
    const asked = new Set<Scope | null>([
      ...Object.values(TABLE).flatMap(({ scope, byKind }) => [
        scope,
        ...Object.values(byKind ?? {}).map((each) => each.scope),
      ]),
      ...Object.values(QUERY_AUTHORITY),
    ]);
    expect(SCOPES.filter((scope) => !asked.has(scope))).toEqual([]);
  });

  test('verbs that move no entry; every other leaves exactly one history row for each entry it moves', async () => {
    const still: Verb[] = [];
    for (const verb of VERBS) {
      const example = await EXAMPLES[verb](server);
      const answer = await perform(server, example);
      const count = (table: string, of: 'inserted' | 'updated') =>
        answer.rows.find((row: Loose) => row.table === table)?.[of] ?? 0;
      const moved = count('decision_backlog_entry', 'inserted') + count('decision_backlog_entry', 'updated');
      expect([verb, count('decision_backlog_history', 'inserted')]).toEqual([verb, moved]);
      if (moved === 0) still.push(verb);
    }
    expect(still.sort()).toEqual([
      'approveCut',
      'changeRules',
      'comment',
      'createPrincipal',
      'declareDependency',
      'issueToken',
      'narrowToken',
      'registerProfile',
      'registerSource',
      'registerVocabulary',
      'resolveComment',
      'revokeCutApproval',
      'revokeToken',
      'rotateToken',
      'suspendPrincipal',
      'updatePrincipal',
    ]);
  });
});

/**
 * What a caller is answered that the table lets in. A comment is resolved by its author or a reviewer alone, and a cut is
 * approved with a key of one's own.
 */
const GRANTED = (verb: Verb) =>
  verb === 'resolveComment'
    ? { __typename: 'Forbidden', problems: [{ code: 'neither-author-nor-reviewer' }] }
    : verb === 'approveCut'
      ? { __typename: 'LaneMismatch', problems: [{ code: 'no-own-key' }] }
      : { replayed: false };

describe.each(VERBS)('%s', (verb) => {
  const { scope } = TABLE[verb];
  // All others that one principal may hold: `change:verify` never meets `change:cut`.
  const others = SCOPES.filter(
    (each) => each !== scope && (each !== 'change:verify' || scope === 'change:cut'),
  );

  test(`is refused without ${scope}, whatever else the caller may do`, async () => {
    const example = await EXAMPLES[verb](server);
    const { token } = await caller(server, { scopes: others });
    const before = await fingerprint(server);
    const answer = await call(server, token, verb, example.input);
    expect(answer).toMatchObject({ __typename: 'Forbidden', retryable: false, guard: null });
    expect(answer.problems).toMatchObject([{ code: 'scope-missing' }]);
    expect(answer.message).toContain(scope);
    expect(await fingerprint(server)).toBe(before);
  });

  test('is Forbidden before its input is judged', async () => {
    const [stranger, entitled] = [
      await caller(server, { scopes: others }),
      await caller(server, { scopes: [scope] }),
    ];
    const before = await fingerprint(server);
    for (const token of [server.tokens.observer, stranger.token])
      expect((await call(server, token, verb, BAD[verb])).__typename).toBe('Forbidden');
    expect((await call(server, entitled.token, verb, BAD[verb])).__typename).toBe('InvalidInput');
    expect(await fingerprint(server)).toBe(before);
  });

  test('is granted by its scope alone', async () => {
    const example = await EXAMPLES[verb](server);
    const { token } = await caller(server, { scopes: [scope] });
    expect(await call(server, token, verb, example.input)).toMatchObject(GRANTED(verb));
  });

  test('is refused to a token that carries fewer scopes than its principal', async () => {
    const example = await EXAMPLES[verb](server);
    const { principalId } = await sample(server, example.who);
    const token = await tokenFor(server, principalId, { scopes: others });
    expect((await call(server, token, verb, example.input)).__typename).toBe('Forbidden');
  });

  test('is not granted by a token that claims more scopes than its principal', async () => {
    const example = await EXAMPLES[verb](server);
    const { principalId } = await sample(server, 'observer');
    const token = await tokenFor(server, principalId, { scopes: [...SCOPES] });
    expect((await call(server, token, verb, example.input)).__typename).toBe('Forbidden');
  });

  test(`is ${TABLE[verb].agent ? 'open to an agent' : 'for persons and services, not for an agent'}`, async () => {
    const example = await EXAMPLES[verb](server);
    const { token } = await caller(server, { kind: 'agent', scopes: [scope] });
    const answer = await call(server, token, verb, example.input);
    if (TABLE[verb].agent) expect(answer).toMatchObject(GRANTED(verb));
    else {
      expect(answer.__typename).toBe('Forbidden');
      expect((await call(server, token, verb, BAD[verb])).__typename).toBe('Forbidden');
    }
  });

  test('is refused to a token that is narrowed to other entries, also as a replay', async () => {
    const example = await EXAMPLES[verb](server);
    const { principalId } = await sample(server, example.who);
    const token = await tokenFor(server, principalId, { entryIds: [randomUUID()] });
    const before = await fingerprint(server);
    expect((await call(server, token, verb, example.input)).__typename).toBe('Forbidden');
    expect(await fingerprint(server)).toBe(before);
    await perform(server, example);
    expect((await call(server, token, verb, example.input)).__typename).toBe('Forbidden');
  });

  test('is refused to a disabled principal at the door', async () => {
    const example = await EXAMPLES[verb](server);
    const { token, principalId } = await caller(server, { scopes: [scope] });
    await server.superuser.query(
      'update cutter_auth.principal set disabled_at = now() where principal_id = $1',
      [principalId],
    );
    const before = await fingerprint(server);
    const answer = await server.gql(token, mutation(verb), { input: example.input });
    expect(answer).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(answer.body.data).toBeUndefined();
    expect(await fingerprint(server)).toBe(before);
  });
});

describe('a token narrowed to an entry', () => {
  test('reaches that entry', async () => {
    for (const verb of ['review', 'cut', 'abandon'] as const) {
      const example = await EXAMPLES[verb](server);
      const { principalId } = await sample(server, example.who);
      const entryIds = [example.input['entryId'] as string, randomUUID()];
      const token = await tokenFor(server, principalId, { entryIds });
      expect(await call(server, token, verb, example.input), verb).toMatchObject({ replayed: false });
    }
    const made = await wasCut(server);
    const token = await tokenFor(server, (await sample(server, 'verifier')).principalId, {
      entryIds: [made.entryId],
    });
    const input = { idempotencyKey: fresh('narrow'), changeSetId: made.changeSetId };
    expect(await call(server, token, 'verify', input)).toMatchObject({ replayed: false });
  });

  test('reaches it in whatever spelling', async () => {
    const example = await EXAMPLES.abandon(server);
    const entryId = example.input['entryId'] as string;
    const token = await tokenFor(server, (await sample(server, example.who)).principalId, {
      entryIds: [entryId],
    });
    const answer = await call(server, token, 'abandon', { ...example.input, entryId: entryId.toUpperCase() });
    expect(answer).toMatchObject({ replayed: false });
  });

  test('learns nothing of a change set outside, known or unknown', async () => {
    const made = await wasCut(server);
    const { principalId } = await sample(server, 'verifier');
    const token = await tokenFor(server, principalId, { entryIds: [randomUUID()] });
    for (const changeSetId of [made.changeSetId, randomUUID()]) {
      const input = { idempotencyKey: fresh('outside'), changeSetId };
      expect((await call(server, token, 'verify', input)).__typename).toBe('Forbidden');
    }
  });
});

describe('SUPERSEDES', () => {
  const declare = async (token: string, kind: string) => {
    const [from, to] = [await marked(server), await marked(server)];
    const input = { idempotencyKey: fresh('edge'), fromEntryId: from.entryId, toEntryId: to.entryId, kind };
    return call(server, token, 'declareDependency', input, 'dependency { dependencyKind }');
  };

  test('is a reviewer’s to declare, and not a marker’s', async () => {
    const refused = await declare(server.tokens.marker, 'SUPERSEDES');
    expect(refused).toMatchObject({ __typename: 'Forbidden' });
    expect(refused.message).toContain('entry:review');
    expect(await declare(server.tokens.reviewer, 'SUPERSEDES')).toMatchObject({
      dependency: { dependencyKind: 'SUPERSEDES' },
    });
  });

  test.each(['BLOCKS', 'REFINES', 'RELATED_TO'])('%s is a marker’s, and not a reviewer’s', async (kind) => {
    expect((await declare(server.tokens.reviewer, kind)).__typename).toBe('Forbidden');
    expect((await declare(server.tokens.marker, kind)).__typename).toBe('DeclareDependencySuccess');
  });

  test('is not for an agent, which may declare the other kinds', async () => {
    const { token } = await caller(server, { kind: 'agent', scopes: ['entry:mark', 'entry:review'] });
    expect(await declare(token, 'SUPERSEDES')).toMatchObject({ __typename: 'Forbidden' });
    expect(await declare(token, 'REFINES')).toMatchObject({ replayed: false });
  });
});

describe('whoAmI', () => {
  test('shows the caller with the scopes that its token leaves', async () => {
    const { principalId } = await sample(server, 'marker');
    const token = await tokenFor(server, principalId, { scopes: ['entry:mark', 'change:cut'] });
    const { body } = await server.gql(token, '{ whoAmI { name session { scopes } } }');
    expect(body.data.whoAmI).toEqual({ name: 'marker', session: { scopes: ['ENTRY_MARK'] } });
  });

  test('is open to a session without any scope, which may ask for nothing else', async () => {
    const { token } = await caller(server, { scopes: [] });
    expect(
      (await server.gql(token, '{ whoAmI { session { scopes } } }')).body.data.whoAmI.session.scopes,
    ).toEqual([]);
    const { body } = await server.gql(token, '{ entries { nodes { status } } }');
    expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const plan = await server.gql(token, '{ planCut(entryId: "x") { __typename } }');
    expect(plan.body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

test('a refusal never carries what its caller may not know: no place of the input is named by Forbidden', async () => {
  for (const verb of VERBS) {
    const answer = await call(server, server.tokens.observer, verb, BAD[verb]);
    expect(places(answer)).toEqual(['']);
  }
});
