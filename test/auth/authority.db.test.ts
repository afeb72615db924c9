import { randomUUID } from 'node:crypto';
import { type GraphQLObjectType, GraphQLUnionType, getNullableType } from 'graphql';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AUTHORITY, type Authority, SCOPES, type Scope, type Verb } from '../../src/auth/authority.ts';
import { QUERY_AUTHORITY } from '../../src/auth/query-authority.ts';
import { SAMPLE_PARTIES } from '../../src/auth/sample-parties.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import { schema } from '../../src/resolvers/index.ts';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, marked, reviewed, sweepAll, wasCut } from '../harness/cycle.ts';
import { EXAMPLES, perform, places, registered, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, type TestServerOptions, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TABLE: Readonly<Record<Verb, Authority>> = AUTHORITY;
const fieldsOf = (type: GraphQLObjectType | null | undefined) => type?.getFields() ?? {};

describe('the tables of authority', () => {
  test('name every mutation and every query of the schema, and nothing else', () => {
    expect(Object.keys(fieldsOf(schema.getMutationType())).sort()).toEqual(Object.keys(AUTHORITY).sort());
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
      ['cut', 'declareDependency', 'mark', 'registerSource', 'sweep', 'verify'].sort(),
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
    expect(SCOPES.filter((scope) => !asked.has(scope))).toEqual(['approval:grant', 'principal:admin']);
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
    expect(still.sort()).toEqual(['declareDependency', 'registerSource']);
  });
});

/** Input that is wrong in every field that isn't judged by GraphQL itself. */
const BAD: Readonly<Record<Verb, Record<string, unknown>>> = {
  registerSource: { idempotencyKey: '', docCode: '!', mediaType: 'x', content: { base64: '?' } },
  mark: { idempotencyKey: '', sourceId: 'x', cutSpec: { profile: '' }, signalSource: '' },
  declareDependency: { idempotencyKey: '', fromEntryId: 'x', toEntryId: 'x', kind: 'BLOCKS' },
  sweep: { idempotencyKey: '', limit: 0 },
  review: { idempotencyKey: '', entryId: 'x', verdict: 'APPROVE', manifestDigest: 'x', expiresAt: 'soon' },
  cut: { idempotencyKey: '', entryId: 'x', manifestDigest: 'x' },
  verify: { idempotencyKey: '', changeSetId: 'x' },
  abandon: { idempotencyKey: '', entryId: 'x', rationale: '' },
};

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
    const answer = await call(server, token, verb, example.input);
    expect(answer).toMatchObject({ replayed: false });
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
    if (TABLE[verb].agent) expect(answer).toMatchObject({ replayed: false });
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

function mutation(verb: string): string {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ... on Refusal { message guard problems { path code } } } }`;
}

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
      dependency: { dependencyKind: 'supersedes' },
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

describe('the reviewer is not the marker', () => {
  const both: Scope[] = ['entry:mark', 'entry:review', 'ledger:evidence'];

  async function reviewBy(token: string, entryId: string): Promise<Loose> {
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entryId);
    const input = { idempotencyKey: fresh('own'), entryId, verdict: 'APPROVE', manifestDigest };
    const before = await fingerprint(server);
    const answer = await call(server, token, 'review', input);
    if (answer.__typename !== 'ReviewSuccess') expect(await fingerprint(server)).toBe(before);
    return answer;
  }

  async function markBy(token: string): Promise<string> {
    const sourceId = await registered(server);
    const input = {
      idempotencyKey: fresh('own'),
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'test',
    };
    return (await call(server, token, 'mark', input, 'entry { entryId }')).entry.entryId;
  }

  test('nor the same principal', async () => {
    const { token } = await caller(server, { scopes: both });
    expect(await reviewBy(token, await markBy(token))).toMatchObject({
      __typename: 'SameParty',
      problems: [{ path: ['input', 'entryId'], code: 'reviewer-is-marker' }],
    });
  });

  test('nor another principal of the same person', async () => {
    const marker = await caller(server, { scopes: ['entry:mark'] });
    const { token } = await caller(server, { scopes: ['entry:review'], personId: marker.personId });
    expect((await reviewBy(token, await markBy(marker.token))).__typename).toBe('SameParty');
  });

  test('another person’s principal may, whatever else it may do', async () => {
    const [marker, reviewer] = [
      await caller(server, { scopes: both }),
      await caller(server, { scopes: both }),
    ];
    expect((await reviewBy(reviewer.token, await markBy(marker.token))).__typename).toBe('ReviewSuccess');
  });
});

describe('the verifier is not the executor (G-VERIFY-SOD)', () => {
  async function cutBy(token: string): Promise<string> {
    const { entryId, manifestDigest } = await reviewed(server);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    return (await call(server, token, 'cut', input, 'changeSet { changeSetId }')).changeSet.changeSetId;
  }

  async function refused(asked: Pick<TestServer, 'gql'>, token: string, changeSetId: string): Promise<Loose> {
    const before = await fingerprint(server);
    const input = { idempotencyKey: fresh('verify'), changeSetId };
    const answer = (await asked.gql(token, mutation('verify'), { input })).body.data.verify;
    expect(await fingerprint(server)).toBe(before);
    return answer;
  }

  test('nor the same principal', async () => {
    const { token, principalId } = await caller(server, { scopes: ['change:cut'] });
    const changeSetId = await cutBy(token);
    const change = 'update cutter_auth.principal set scopes = $2 where principal_id = $1';
    // The two scopes never meet in one principal: the database itself refuses that. Here one changes sides.
    await expect(
      server.superuser.query(change, [principalId, ['change:cut', 'change:verify']]),
    ).rejects.toThrow('principal_one_side');
    await server.superuser.query(change, [principalId, ['change:verify']]);
    expect(await refused(server, token, changeSetId)).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-principal' }],
    });
  });

  test('nor another principal of the same person', async () => {
    const executor = await caller(server, { scopes: ['change:cut'] });
    const verifier = await caller(server, { scopes: ['change:verify'], personId: executor.personId });
    expect(await refused(server, verifier.token, await cutBy(executor.token))).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-person' }],
    });
  });

  test('nor a holder of the same key', async () => {
    const seed = server.database.secrets.seeds['DOT-991'];
    const seeds = { 'DOT-991': seed, 'DOT-992': seed } as Secrets['seeds'];
    const twin = await second({ secrets: { ...server.database.secrets, seeds } });
    const changeSetId = await cutBy(server.tokens.executor);
    expect(await refused(twin, server.tokens.verifier, changeSetId)).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-key' }],
    });
  });
});

const seconds: TestServer[] = [];
afterEach(async () => {
  for (const each of seconds.splice(0)) await each.close();
});

/** Another server on the same database, differently equipped. */
async function second(equipped: TestServerOptions): Promise<TestServer> {
  const other = await testServer({ database: server.database, ...equipped });
  seconds.push(other);
  return other;
}

describe('a server without the secrets of a lane', () => {
  async function answers(asked: Pick<TestServer, 'gql'>): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const verb of VERBS) {
      const example = await EXAMPLES[verb](server);
      const input = { ...example.input, dryRun: true };
      const answer = await asked.gql(server.tokens[example.who], mutation(verb), { input });
      found[verb] = answer.body.data[verb].__typename;
    }
    return found;
  }

  const lane = (name: 'DOT-991' | 'DOT-992') =>
    Object.fromEntries(
      VERBS.map((verb) => {
        const success = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Success`;
        return [verb, TABLE[verb].lane === name ? 'LaneNotServed' : success];
      }),
    );

  test('no login for DOT-991: every verb of that lane says LaneNotServed, VERIFY is served', async () => {
    expect(await answers(await second({ pools: { exec: null } }))).toEqual(lane('DOT-991'));
  });

  test('no login for DOT-992: VERIFY says LaneNotServed, every other verb is served', async () => {
    expect(await answers(await second({ pools: { verify: null } }))).toEqual(lane('DOT-992'));
  });

  test('no key for a lane is like no login', async () => {
    const { secrets } = server.database;
    for (const name of ['DOT-991', 'DOT-992'] as const) {
      const { [name]: _without, ...seeds } = secrets.seeds;
      expect(await answers(await second({ secrets: { ...secrets, seeds } }))).toEqual(lane(name));
    }
  });

  test('says Forbidden to a caller without the scope, before it says so', async () => {
    const bare = await second({ pools: { exec: null, verify: null } });
    for (const verb of VERBS) {
      const answer = await bare.gql(server.tokens.observer, mutation(verb), { input: BAD[verb] });
      expect(answer.body.data[verb].__typename).toBe('Forbidden');
    }
  });
});

describe('a server in production mode', () => {
  test('lets no sample principal in', async () => {
    const strict = await second({ mode: 'production' });
    for (const token of Object.values(server.tokens)) {
      const answer = await strict.gql(token, '{ whoAmI { name } }');
      expect(answer).toMatchObject({
        status: 401,
        body: { errors: [{ extensions: { reason: 'rehearsal_refused' } }] },
      });
    }
  });
});

describe('a key that ended', () => {
  test.each(['cut', 'verify'] as const)('signs nothing: %s says LaneMismatch', async (verb) => {
    const ended = await testServer();
    const example = await EXAMPLES[verb](ended);
    const lane = TABLE[verb].lane;
    await ended.superuser.query('update cutter_auth.key set until_position = 1 where lane = $1', [lane]);
    const before = await fingerprint(ended);
    const answer = await perform(ended, example);
    expect(answer.__typename).toBe('LaneMismatch');
    expect(answer.problems).toMatchObject([{ code: 'key-not-valid' }]);
    expect(await fingerprint(ended)).toBe(before);
    await ended.superuser.query('delete from cutter_auth.key where lane = $1', [lane]);
    expect((await perform(ended, example)).__typename).toBe('LaneMismatch');
  });
});

describe('whoAmI', () => {
  test('shows the caller with the scopes that its token leaves', async () => {
    const { principalId } = await sample(server, 'marker');
    const token = await tokenFor(server, principalId, { scopes: ['entry:mark', 'change:cut'] });
    const { body } = await server.gql(token, '{ whoAmI { name session { scopes } } }');
    expect(body.data.whoAmI).toEqual({ name: 'marker', session: { scopes: ['entry:mark'] } });
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
