import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, marked, reviewed, sweepAll, wasCut } from '../harness/cycle.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const PROMOTED = 'examined promoted { entryId status }';

function sweep(input: Record<string, unknown>, token = server.tokens.marker): Promise<Loose> {
  return call(server, token, 'sweep', { idempotencyKey: fresh('named'), ...input }, PROMOTED);
}

const promoted = (answer: Loose): string[] => answer.promoted.map((entry: Loose) => entry.entryId).sort();

describe('a sweep of named entries', () => {
  test('promotes those and no other, however many wait before them', async () => {
    const [older, one, two] = [await marked(server), await marked(server), await marked(server)];
    const entryIds = [two.entryId, one.entryId.toUpperCase(), two.entryId];
    const answer = await sweep({ entryIds, limit: 1 });
    expect(answer).toMatchObject({ __typename: 'SweepSuccess', examined: 2 });
    expect(promoted(answer)).toEqual([one.entryId, two.entryId].sort());
    expect((await sweep({ entryIds: [older.entryId] })).promoted).toHaveLength(1);
  });

  test('said twice is answered like the first time; with other entries, or none, the key is refused', async () => {
    const [one, two] = [await marked(server), await marked(server)];
    const idempotencyKey = fresh('named');
    const first = await sweep({ idempotencyKey, entryIds: [one.entryId] });
    const again = await sweep({ idempotencyKey, entryIds: [one.entryId] });
    expect(again).toEqual({ ...first, replayed: true, rows: [] });
    for (const other of [{ entryIds: [two.entryId] }, { entryIds: [one.entryId, two.entryId] }, {}]) {
      const answer = await sweep({ idempotencyKey, ...other });
      expect(answer).toMatchObject({ __typename: 'IdempotencyConflict', problems: [{ code: 'differs' }] });
      expect(answer.problems[0].path).toEqual(['input', 'entryIds']);
    }
    await sweepAll(server);
    const byAge = fresh('named');
    await sweep({ idempotencyKey: byAge });
    expect((await sweep({ idempotencyKey: byAge, entryIds: [one.entryId] })).__typename).toBe(
      'IdempotencyConflict',
    );
  });

  test('as a dry run shows what it would promote, and promotes nothing', async () => {
    const { entryId } = await marked(server);
    const before = await fingerprint(server);
    const dry = await sweep({ entryIds: [entryId], dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, promoted: [{ entryId, status: 'REVIEW_PENDING' }] });
    expect(await fingerprint(server)).toBe(before);
  });

  test('names each entry that does not exist, and promotes none', async () => {
    const { entryId } = await marked(server);
    const [a, b] = [randomUUID(), randomUUID()].sort() as [string, string];
    const before = await fingerprint(server);
    const answer = await sweep({ entryIds: [b, entryId, a] });
    expect(answer).toMatchObject({ __typename: 'NotFound' });
    expect(answer.problems.map(({ message }: Loose) => message)).toEqual([
      `There is no entry ${a}.`,
      `There is no entry ${b}.`,
    ]);
    expect(await fingerprint(server)).toBe(before);
  });

  test('names each entry that does not wait, with its state', async () => {
    const waits = await marked(server);
    const cut = await wasCut(server);
    const rejected = await reviewed(server, 'REJECT');
    const answer = await sweep({ entryIds: [waits.entryId, cut.entryId, rejected.entryId] });
    expect(answer.__typename).toBe('IllegalTransition');
    expect(answer.problems.map(({ code }: Loose) => code).sort()).toEqual(
      ['cut_applied', 'review_pending', 'reviewed_rejected'].sort(),
    );
    expect(answer.message).toContain('No entry was promoted.');
  });

  test('says until when a named entry is deferred', async () => {
    const { entryId, name } = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entryId);
    const notBefore = '2099-01-01T00:00:00Z';
    const input = { idempotencyKey: `defer:${name}`, entryId, verdict: 'DEFER', manifestDigest, notBefore };
    await call(server, server.tokens.reviewer, 'review', input);
    const answer = await sweep({ entryIds: [entryId] });
    expect(answer).toMatchObject({ __typename: 'IllegalTransition' });
    expect(answer.message).toContain('deferred until 2099-01-01T00:00:00.000000Z');
  });

  test('is open to a token narrowed to those entries, and to no other', async () => {
    const [one, two] = [await marked(server), await marked(server)];
    const { principalId } = await sample(server, 'marker');
    const narrow = await tokenFor(server, principalId, { entryIds: [one.entryId] });
    for (const input of [{}, { entryIds: [two.entryId] }, { entryIds: [one.entryId, two.entryId] }])
      expect((await sweep(input, narrow)).__typename).toBe('Forbidden');
    expect(promoted(await sweep({ entryIds: [one.entryId] }, narrow))).toEqual([one.entryId]);
  });

  test("another principal's key is refused, and nothing of its pass is shown", async () => {
    const { entryId } = await marked(server);
    const idempotencyKey = fresh('named');
    await sweep({ idempotencyKey, entryIds: [entryId] });
    const other = await caller(server, { scopes: ['entry:sweep', 'ledger:observe'] });
    for (const input of [{ entryIds: [entryId] }, {}, { limit: 3 }]) {
      const answer = await sweep({ idempotencyKey, ...input }, other.token);
      expect(answer).toMatchObject({ __typename: 'IdempotencyConflict', problems: [{ code: 'of-another' }] });
      expect(JSON.stringify(answer)).not.toContain(entryId);
    }
  });
});

describe('a value that is missing does not mean everything', () => {
  /** A sweep as it is written in an operation, so that variables may have no value. */
  async function written(declared: string, input: string, variables: object): Promise<Loose> {
    const answer = await server.gql(
      server.tokens.marker,
      `mutation (${declared}) { sweep(input: { idempotencyKey: "${fresh('written')}" ${input} }) {
        __typename ... on SweepSuccess { promoted { entryId } } ... on Refusal { message problems { path code } } } }`,
      variables as Record<string, unknown>,
    );
    return answer.body.data?.sweep ?? answer.body.errors?.[0];
  }

  test.each([
    ['null', '$ids: [UUID!]', 'entryIds: $ids', { ids: null }],
    ['missing', '$ids: [UUID!]', 'entryIds: $ids', {}],
    ['empty', '$ids: [UUID!]', 'entryIds: $ids', { ids: [] }],
    ['null by its default', '$ids: [UUID!] = null', 'entryIds: $ids', {}],
    ['written as null', '$x: Int', 'limit: $x entryIds: null', { x: 5 }],
    ['written as an empty list', '$x: Int', 'limit: $x entryIds: []', { x: 5 }],
  ])('entryIds that are %s', async (_, declared, input, variables) => {
    const waits = await marked(server);
    const answer = await written(declared, input, variables);
    expect(answer).toMatchObject({ __typename: 'InvalidInput' });
    expect(answer.problems[0].path.slice(0, 2)).toEqual(['input', 'entryIds']);
    const { body } = await server.gql(
      server.tokens.marker,
      `{ entry(entryId: "${waits.entryId}") { status } }`,
    );
    expect(body.data.entry.status).toBe('MARKED');
    await sweepAll(server);
  });

  test('dryRun given by a variable without a value writes nothing', async () => {
    await marked(server);
    const before = await fingerprint(server);
    const answer = await written('$dry: Boolean', 'dryRun: $dry', {});
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: ['input', 'dryRun'] }] });
    expect(answer.message).toContain('$dry, which has no value');
    expect((await written('$dry: Boolean', 'dryRun: $dry', { dry: null })).promoted).toBeUndefined();
    expect((await written('$n: Int', 'limit: $n', {})).__typename).toBe('InvalidInput');
    expect(await fingerprint(server)).toBe(before);
    expect((await written('$dry: Boolean = true', 'dryRun: $dry', {})).__typename).toBe('SweepSuccess');
    expect(await fingerprint(server)).toBe(before);
  });

  test('nor do the guards of a mark and a review fall away', async () => {
    const one = await marked(server);
    const mark = await server.gql(
      server.tokens.marker,
      `mutation ($ids: [UUID!], $why: String) { mark(input: { idempotencyKey: "${fresh('written')}", sourceId: "${one.sourceId}"
        cutSpec: { units: [{ localId: "a", start: 0, end: 1, kind: "document", sectionType: "body", address: "a", excludedBecause: $why }] }
        signalSource: "t", blockedBy: $ids }) { __typename ... on Refusal { problems { path code } } } }`,
      {},
    );
    expect(mark.body.data.mark.problems.map(({ path }: Loose) => path.join('.'))).toEqual([
      'input.cutSpec.units.0.excludedBecause',
      'input.blockedBy',
    ]);
    const review = await server.gql(
      server.tokens.reviewer,
      `mutation ($until: DateTime, $risk: RiskClass, $findings: JSON) { review(input: { idempotencyKey: "${fresh('written')}", entryId: "${one.entryId}"
        verdict: APPROVE, manifestDigest: "sha256:${'0'.repeat(64)}", expiresAt: $until, riskClass: $risk, findings: $findings })
        { __typename ... on Refusal { problems { path code } } } }`,
      {},
    );
    expect(review.body.data.review.problems.map(({ path }: Loose) => path.join('.'))).toEqual([
      'input.expiresAt',
      'input.riskClass',
    ]);
  });
});
