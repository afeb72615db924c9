import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose } from '../harness/cycle.ts';
import { commented } from '../harness/examples.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { CarriedGround, type Sections, THREE } from './carried-ground.ts';

let server: TestServer;
let ground: CarriedGround;
beforeAll(async () => {
  server = await testServer();
  ground = new CarriedGround(server);
});
afterAll(() => server.close());

const planOf = (entryId: string) => ground.planOf(entryId);
const pending = (docCode: string, sections: Sections) => ground.pending(docCode, sections);
const approve = (entryId: string, more?: Record<string, unknown>) => ground.approve(entryId, more);
const completed = (docCode: string, sections: Sections) => ground.completed(docCode, sections);
const cutAndVerify = (entryId: string) => ground.cutAndVerify(entryId);

/** What is to be reviewed, by the last part of each address. */
const toReview = (plan: Loose): string[] =>
  plan.units.nodes.map(({ address }: Loose) => (address === null ? 'set aside' : address.split('/').at(-1)));

describe('what was approved before', () => {
  test('is nothing for the first plan of a document', async () => {
    const plan = await planOf(await pending(fresh('law'), THREE));
    expect(plan.carriedOver.records).toBe(0);
    expect(plan.toReview).toBe(plan.all.nodes.length);
  });

  test('is carried over to the next plan; what changed, came and went is to be reviewed', async () => {
    const code = fresh('law');
    const first = await completed(code, THREE);
    const entryId = await pending(code, { One: 'First.', Two: 'Second, amended.', Four: 'Fourth.' });
    const plan = await planOf(entryId);
    expect(toReview(plan)).toEqual(['two', 'four', 'three']);
    expect(plan.toReview).toBe(3);
    expect(plan.carriedOver.shares).toEqual([
      {
        records: plan.carriedOver.records,
        approval: expect.objectContaining({ reviewDecisionId: first.reviewDecisionId }),
      },
    ]);
    const done = await approve(entryId);
    expect(done.decision.evidence).toMatchObject({
      findings: null,
      reviewed: { digest: expect.stringMatching(/^sha256:/), records: 2 },
      carriedOver: {
        digest: plan.carriedOver.digest,
        records: plan.carriedOver.records,
        decisions: [first.reviewDecisionId],
      },
    });
    await cutAndVerify(entryId);

    // The third plan: each record names who looked at it, not who relied on that.
    const third = await planOf(
      await pending(code, { One: 'First.', Two: 'Second, amended.', Three: 'Third.' }),
    );
    expect(toReview(third)).toEqual(['four']);
    const by = new Map(third.all.nodes.map((one: Loose) => [one.address?.split('/').at(-1), one.approvedBy]));
    expect(by.get('one')).toEqual({ reviewDecisionId: first.reviewDecisionId });
    expect(by.get('two')).toEqual({ reviewDecisionId: done.decision.reviewDecisionId });
    expect(by.get('three')).toEqual({ reviewDecisionId: first.reviewDecisionId });
    expect(by.get('four')).toBeNull();
  });

  test('counts before its cut, until it is superseded, expires or its entry is abandoned', async () => {
    const code = fresh('law');
    const one = await pending(code, THREE);
    const two = await pending(code, { ...THREE, Four: 'Fourth.' });
    const { decision } = await approve(one);
    expect(toReview(await planOf(two))).toEqual(['four']);
    const again = await approve(one, {
      supersedesDecisionId: decision.reviewDecisionId,
      expiresAt: '2099-01-01T00:00:00Z',
    });
    expect(toReview(await planOf(two))).toEqual(['four']);
    await server.superuser.query(
      `update cutter_governance.review_decision set expires_at = now() - interval '1 s' where review_decision_id = $1`,
      [again.decision.reviewDecisionId],
    );
    expect((await planOf(two)).carriedOver.records).toBe(0);
    const input = { idempotencyKey: fresh('end'), entryId: one, rationale: 'A mistake in it.' };
    const three = await pending(code, { ...THREE, Five: 'Fifth.' });
    await approve(two);
    expect(toReview(await planOf(three))).toEqual(['five']);
    await call(server, server.tokens.reviewer, 'abandon', { ...input, entryId: two });
    expect((await planOf(three)).carriedOver.records).toBe(0);
  });

  test('is never the own decision of an entry: a review of it supersedes that', async () => {
    const entryId = await pending(fresh('law'), THREE);
    await approve(entryId);
    expect((await planOf(entryId)).carriedOver.records).toBe(0);
  });
});

describe('a review', () => {
  test('that names no earlier approvals has looked at everything', async () => {
    const code = fresh('law');
    await completed(code, THREE);
    const entryId = await pending(code, { ...THREE, Four: 'Fourth.' });
    const plan = await planOf(entryId);
    const { decision } = await approve(entryId, { carriedOverDigest: null });
    expect(decision.evidence.carriedOver).toBeNull();
    expect(decision.evidence.reviewed.records).toBe(plan.all.nodes.length);
    const next = await planOf(await pending(code, { ...THREE, Four: 'Fourth.', Five: 'Fifth.' }));
    expect(next.carriedOver.shares.map(({ approval }: Loose) => approval.reviewDecisionId)).toEqual([
      decision.reviewDecisionId,
    ]);
  });

  test('that names others than there are now is PlanStale; a rejection names none', async () => {
    const code = fresh('law');
    const one = await pending(code, THREE);
    const { decision } = await approve(one);
    const entryId = await pending(code, { ...THREE, Four: 'Fourth.' });
    const { carriedOver } = await planOf(entryId);
    const withdrawn = {
      verdict: 'REJECT',
      carriedOverDigest: null,
      supersedesDecisionId: decision.reviewDecisionId,
    };
    expect((await approve(one, withdrawn)).__typename).toBe('ReviewSuccess');
    expect(await approve(entryId, { carriedOverDigest: carriedOver.digest })).toMatchObject({
      __typename: 'PlanStale',
      problems: [{ path: ['input', 'carriedOverDigest'], code: 'carried-over-changed' }],
    });
    expect(await approve(entryId, { verdict: 'REJECT' })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['input', 'carriedOverDigest'] }],
    });
  });

  test('is a replay with the same approvals alone', async () => {
    const code = fresh('law');
    await completed(code, THREE);
    const entryId = await pending(code, { ...THREE, Four: 'Fourth.' });
    const idempotencyKey = fresh('replay');
    const { carriedOver } = await planOf(entryId);
    const named = { idempotencyKey, carriedOverDigest: carriedOver.digest };
    expect(await approve(entryId, named)).toMatchObject({ replayed: false });
    expect(await approve(entryId, named)).toMatchObject({ replayed: true });
    expect(await approve(entryId, { idempotencyKey, carriedOverDigest: null })).toMatchObject({
      __typename: 'IdempotencyConflict',
      problems: [{ path: ['input', 'carriedOverDigest'] }],
    });
  });
});

/** What hinders the cut of an entry. */
async function blockedBecause(entryId: string): Promise<Loose[]> {
  const query = `query ($entryId: UUID!) { entry(entryId: $entryId) {
    blockedBecause { path code message severity reviewDecisionId manifestDigest } } }`;
  const { body } = await server.gql(server.tokens.observer, query, { entryId });
  expect(body.errors).toBeUndefined();
  return body.data.entry.blockedBecause;
}

/** Two entries of a document: the approval of the second carries over that of the first. */
async function leaning() {
  const code = fresh('law');
  const one = await pending(code, THREE);
  const two = await pending(code, { ...THREE, Four: 'Fourth.' });
  const first = (await approve(one)).decision.reviewDecisionId as string;
  const second = (await approve(two)).decision.reviewDecisionId as string;
  expect(await blockedBecause(two)).toEqual([]);
  return { code, one, two, first, second };
}

describe('a cut by a carried approval', () => {
  const withdrawals: readonly (readonly [
    string,
    (made: Awaited<ReturnType<typeof leaning>>) => Promise<void>,
  ])[] = [
    ['was rejected', async ({ one, first }) => withdraw(one, first, { verdict: 'REJECT' })],
    ['was deferred', async ({ one, first }) => withdraw(one, first, { verdict: 'DEFER' })],
    ['was given again', async ({ one, first }) => withdraw(one, first, { verdict: 'APPROVE' })],
    [
      'is of an abandoned entry',
      async ({ one }) => {
        const input = { idempotencyKey: fresh('end'), entryId: one, rationale: 'A mistake in it.' };
        await call(server, server.tokens.reviewer, 'abandon', input);
      },
    ],
    [
      'has expired',
      async ({ first }) => {
        await server.superuser.query(
          `update cutter_governance.review_decision set expires_at = now() - interval '1 s'
            where review_decision_id = $1`,
          [first],
        );
      },
    ],
  ];

  async function withdraw(entryId: string, decisionId: string, more: Record<string, unknown>): Promise<void> {
    const input = { ...more, carriedOverDigest: null, supersedesDecisionId: decisionId };
    expect((await approve(entryId, input)).__typename).toBe('ReviewSuccess');
  }

  test.each(withdrawals)('is refused once that %s, until a reviewer approves again', async (_, end) => {
    const made = await leaning();
    await end(made);
    const refused = await ground.cut(made.two);
    expect(refused).toMatchObject({ __typename: 'NotApproved', guard: 'G-CUT-APPROVED', retryable: true });
    expect(refused.problems).toEqual([
      {
        path: ['input', 'manifestDigest'],
        code: 'approval-withdrawn',
        message: expect.stringContaining(made.first),
      },
    ]);
    expect(await blockedBecause(made.two)).toEqual([
      { ...refused.problems[0], severity: 'ERROR', reviewDecisionId: made.first, manifestDigest: null },
    ]);
    await withdraw(made.two, made.second, { verdict: 'APPROVE' });
    expect(await blockedBecause(made.two)).toEqual([]);
    expect((await ground.cut(made.two)).__typename).toBe('CutSuccess');
  });

  test('waits for whoever withdraws an approval of the document, so that the log has one before the other', async () => {
    const { code, one, first } = await leaning();
    const { manifestDigest } = await planOf(one);
    const client = await server.superuser.connect();
    const key = `hashtextextended('cutter:document:' || $1, 0)`;
    try {
      for (const verb of ['review', 'abandon'] as const) {
        await client.query(`select pg_advisory_lock(${key})`, [code]);
        const named = { idempotencyKey: fresh(verb), entryId: one };
        const input =
          verb === 'abandon'
            ? { ...named, rationale: 'A mistake in it.' }
            : { ...named, verdict: 'APPROVE', manifestDigest, supersedesDecisionId: first };
        let answer: Loose = null;
        const done = call(server, server.tokens.reviewer, verb, input).then((given) => {
          answer = given;
        });
        await expect
          .poll(async () => {
            const { rows } = await client.query(
              `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted`,
            );
            return rows[0].waiting;
          })
          .toBe(1);
        expect(answer).toBeNull();
        await client.query(`select pg_advisory_unlock(${key})`, [code]);
        await done;
        expect(answer).toMatchObject({ replayed: false });
      }
    } finally {
      client.release();
    }
  });
});

describe('a comment on a plan', () => {
  test('after its approval is named and hinders no cut; before it, it is named to reviewers', async () => {
    const entryId = await pending(fresh('law'), THREE);
    const before = await commented(server, { entryId, localId: 'u000001' });
    const open = (commentId: string) => ({
      path: ['input', 'manifestDigest'],
      code: 'comment-open',
      message: expect.stringContaining(commentId),
      severity: 'WARNING',
      reviewDecisionId: null,
      manifestDigest: before.manifestDigest,
    });
    expect(await blockedBecause(entryId)).toEqual([open(before.commentId)]);
    const { commentId } = before;
    const resolved = { idempotencyKey: fresh('resolve'), entryId, commentId, note: null };
    await call(server, server.tokens.reviewer, 'resolveComment', resolved);
    expect(await blockedBecause(entryId)).toEqual([]);
    await approve(entryId);
    const after = await commented(server, { entryId });
    expect(await blockedBecause(entryId)).toEqual([open(after.commentId)]);
    expect((await ground.cut(entryId)).__typename).toBe('CutSuccess');
    expect(await blockedBecause(entryId)).toEqual([]);
  });
});
