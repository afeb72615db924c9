import { beforeAll, expect, test } from 'vitest';
import { call, fresh, type Loose, manifestOf, marked, sweepAll, wasCut } from '../harness/cycle.ts';
import { type SampleTokens, type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const NOW = `status liveDecision { reviewDecisionId verdict } cut { changeSetId changeKind }
  verification { verifyResultId verdict }`;

/** What a verb answers of its entry: as a dry run, and done. */
async function both(who: keyof SampleTokens, verb: string, input: object): Promise<[Loose, Loose]> {
  const whole = { idempotencyKey: fresh(verb), ...input };
  const token = server.tokens[who];
  const dry = await call(server, token, verb, { ...whole, dryRun: true }, `entry { ${NOW} }`);
  const done = await call(server, token, verb, whole, `entry { ${NOW} }`);
  return [dry.entry, done.entry];
}

async function entryNow(entryId: string): Promise<Loose> {
  const { body } = await server.gql(
    server.tokens.observer,
    `query ($id: UUID!) { entry(entryId: $id) { ${NOW} } }`,
    { id: entryId },
  );
  return body.data.entry;
}

async function tamper(changeSetId: string): Promise<void> {
  await server.superuser.query(
    `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
    [changeSetId],
  );
}

test.each(['PASS', 'FAIL'])(
  'an entry leads to its decision, its cut and its verdict (%s), in a dry run, too',
  async (verdict) => {
    const { entryId } = await marked(server);
    await sweepAll(server);
    const nothing = { liveDecision: null, cut: null, verification: null };
    expect(await entryNow(entryId)).toEqual({ status: 'REVIEW_PENDING', ...nothing });

    const manifestDigest = await manifestOf(server, entryId);
    const [planned, approved] = await both('reviewer', 'review', {
      entryId,
      verdict: 'APPROVE',
      manifestDigest,
    });
    expect(planned).toEqual(approved);
    expect(approved).toMatchObject({
      status: 'REVIEWED_APPROVED',
      cut: null,
      liveDecision: { verdict: 'APPROVE' },
    });

    const again = {
      entryId,
      verdict: 'APPROVE',
      manifestDigest,
      supersedesDecisionId: approved.liveDecision.reviewDecisionId,
    };
    const [replanned, reapproved] = await both('reviewer', 'review', again);
    expect(replanned).toEqual(reapproved);
    expect(reapproved.liveDecision).not.toEqual(approved.liveDecision);

    const [tried, cut] = await both('executor', 'cut', { entryId, manifestDigest });
    expect(tried).toEqual(cut);
    expect(cut).toMatchObject({
      liveDecision: reapproved.liveDecision,
      cut: { changeKind: 'CUT' },
      verification: null,
    });

    const { changeSetId } = cut.cut;
    if (verdict === 'FAIL') await tamper(changeSetId);
    const [judged, verified] = await both('verifier', 'verify', { changeSetId });
    expect(judged).toEqual(verified);
    expect(verified).toMatchObject({ cut: cut.cut, verification: { verdict } });
    expect(await entryNow(entryId)).toEqual(verified);
  },
);

const ABOUT = 'actions blockedBecause { path code message severity }';

test('a dry run shows what can be done with the entry as the ledger has it', async () => {
  const { entryId, sourceId } = await marked(server);
  const sweep = { idempotencyKey: fresh('sweep'), entryIds: [entryId], dryRun: true };
  const pass = await call(server, server.tokens.marker, 'sweep', sweep, `promoted { status ${ABOUT} }`);
  const actions = ['SWEEP', 'ABANDON'];
  expect(pass.promoted).toEqual([{ status: 'REVIEW_PENDING', actions, blockedBecause: [] }]);
  const mark = {
    idempotencyKey: fresh('mark'),
    sourceId,
    cutSpec: { profile: 'markdown' },
    signalSource: 'test',
  };
  const made = await call(
    server,
    server.tokens.marker,
    'mark',
    { ...mark, dryRun: true },
    `entry { ${ABOUT} }`,
  );
  expect(made.entry).toEqual({ actions: [], blockedBecause: [] });
});

test('an entry says which lane the server lacks, as the verb does; what may be done is the same on every server', async () => {
  const { entryId, changeSetId } = await wasCut(server);
  const other = await testServer({ database: server.database, pools: { verify: null } });
  const query = `query ($id: UUID!) { entry(entryId: $id) { ${ABOUT} } }`;
  const here = await server.gql(server.tokens.verifier, query, { id: entryId });
  const there = await other.gql(server.tokens.verifier, query, { id: entryId });
  expect(here.body.data.entry).toEqual({ actions: ['VERIFY'], blockedBecause: [] });
  const refused = await call(other, server.tokens.verifier, 'verify', {
    idempotencyKey: fresh('verify'),
    changeSetId,
  });
  expect(refused).toMatchObject({ __typename: 'LaneNotServed', problems: [{ code: 'lane-not-served' }] });
  expect(there.body.data.entry).toEqual({
    actions: ['VERIFY'],
    blockedBecause: refused.problems.map((problem: Loose) => ({ ...problem, severity: 'ERROR' })),
  });
});

test('is answered beside a field that fails', async () => {
  const { entryId } = await marked(server);
  const { body } = await server.gql(
    server.tokens.marker,
    `query ($id: UUID!) { it: entry(entryId: $id) { may: actions } bad: entry(entryId: "no id") { status } }`,
    { id: entryId },
  );
  expect(body.data).toEqual({ it: { may: ['SWEEP', 'ABANDON'] }, bad: null });
  expect(body.errors).toMatchObject([{ path: ['bad'] }]);
});
