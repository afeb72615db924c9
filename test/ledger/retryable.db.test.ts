import { beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  verified,
  verifyCut,
  type WasCut,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

interface Named {
  readonly entryId: string;
  readonly manifestDigest: string;
}

/** One call, to be made again unchanged. */
function cutting({ entryId, manifestDigest }: Named): () => Promise<Loose> {
  const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
  return () => call(server, server.tokens.executor, 'cut', input);
}

function reviewing(entryId: string, more: object): Promise<Loose> {
  const input = { idempotencyKey: fresh('review'), entryId, verdict: 'APPROVE', ...more };
  return call(server, server.tokens.reviewer, 'review', input, 'decision { reviewDecisionId }');
}

async function abandon(entryId: string): Promise<void> {
  const input = { idempotencyKey: fresh('end'), entryId, rationale: 'Not wanted.' };
  expect((await call(server, server.tokens.reviewer, 'abandon', input)).__typename).toBe('AbandonSuccess');
}

async function supersede(fromEntryId: string, toEntryId: string): Promise<void> {
  const input = { idempotencyKey: fresh('edge'), fromEntryId, toEntryId, kind: 'SUPERSEDES' };
  await call(server, server.tokens.reviewer, 'declareDependency', input);
}

const blockedBy = async (entryId: string) =>
  reviewed(server, 'APPROVE', await marked(server, fresh(), { blockedBy: [entryId] }));

const OPEN = { __typename: 'DependencyOpen', guard: 'G-CUT-DEPS', retryable: true };

describe('DependencyOpen is retryable, and the same call succeeds', () => {
  test('once the predecessor is complete', async () => {
    const first = await marked(server);
    const cut = cutting(await blockedBy(first.entryId));
    const refused = await cut();
    expect(refused).toMatchObject(OPEN);
    expect(refused.message).toMatch(/which is \w+; this call can succeed once that is verified_complete/);
    await verified(server, first);
    expect((await cut()).__typename).toBe('CutSuccess');
  });

  test('once a declared successor of an ended predecessor is; the message follows it', async () => {
    const [first, second, third] = [await marked(server), await marked(server), await marked(server)];
    const cut = cutting(await blockedBy(first.entryId));
    await abandon(first.entryId);
    const alone = await cut();
    expect(alone).toMatchObject(OPEN);
    expect(alone.message).toContain(`${first.entryId}, which is abandoned and has no successor`);
    expect(alone.message).toContain('SUPERSEDES');
    expect(alone.message).not.toContain('complete it');
    await supersede(second.entryId, first.entryId);
    const waiting = await cut();
    expect(waiting).toMatchObject(OPEN);
    expect(waiting.message).toMatch(
      new RegExp(`its successor is entry ${second.entryId}, which is \\w+; this call can`),
    );
    await abandon(second.entryId);
    expect((await cut()).message).toMatch(
      new RegExp(
        `its successor, entry ${second.entryId}, is abandoned and has none itself.*successor of entry ${second.entryId}`,
      ),
    );
    await supersede(third.entryId, second.entryId);
    expect((await cut()).message).toContain(`its successor is entry ${third.entryId}`);
    await verified(server, third);
    expect((await cut()).__typename).toBe('CutSuccess');
  });

  test('once another cut of the document is verified', async () => {
    const docCode = fresh('shared');
    const one = await marked(server, fresh(), { docCode });
    const text = sampleText('another');
    const second = await reviewed(server, 'APPROVE', await marked(server, fresh(), { docCode, text }));
    const first = await wasCut(server, one);
    const cut = cutting(second);
    const refused = await cut();
    expect(refused).toMatchObject(OPEN);
    expect(refused.message).toContain(`(entry ${first.entryId}) waits for its verification`);
    await verifyCut(server, first);
    // The plan rests on the units of before, so its digest is another now: the new plan is approved, and cut.
    const stale = await cut();
    expect(stale).toMatchObject({ __typename: 'PlanStale', retryable: false });
    const { entryId, decisionId } = second;
    const manifestDigest = await manifestOf(server, entryId);
    await reviewing(entryId, { manifestDigest, supersedesDecisionId: decisionId });
    const anew = cutting({ entryId, manifestDigest });
    expect((await anew()).__typename).toBe('CutSuccess');
  });
});

describe('NotApproved', () => {
  test('is retryable for an approval that expired: a reviewer may give it again', async () => {
    const { entryId } = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entryId);
    const soon = new Date(Date.now() + 2_000).toISOString();
    const { decision } = await reviewing(entryId, { manifestDigest, expiresAt: soon });
    await server.superuser.query('select pg_sleep_until($1::timestamptz)', [soon]);
    const cut = cutting({ entryId, manifestDigest });
    const refused = await cut();
    expect(refused).toMatchObject({ __typename: 'NotApproved', retryable: true });
    expect(refused.message).toMatch(/expired at \d{4}-.*can succeed once a reviewer approves/);
    await reviewing(entryId, { manifestDigest, supersedesDecisionId: decision.reviewDecisionId });
    expect((await cut()).__typename).toBe('CutSuccess');
  });

  test('is not for a digest that is no plan of the entry', async () => {
    const { entryId } = await reviewed(server);
    const refused = await cutting({ entryId, manifestDigest: `sha256:${'0'.repeat(64)}` })();
    expect(refused).toMatchObject({ __typename: 'NotApproved', retryable: false });
    expect(refused.message).toContain('call planCut(entryId)');
  });
});

describe('IllegalTransition', () => {
  test('of a cut passes by a sweep and a review, unless it names another plan', async () => {
    const made = await marked(server);
    const { entryId } = made;
    const manifestDigest = await manifestOf(server, entryId);
    const cut = cutting({ entryId, manifestDigest });
    expect(await cut()).toMatchObject({ __typename: 'IllegalTransition', retryable: true });
    expect(await cutting({ entryId, manifestDigest: `sha256:${'0'.repeat(64)}` })()).toMatchObject({
      __typename: 'IllegalTransition',
      retryable: false,
    });
    await reviewed(server, 'APPROVE', made);
    expect((await cut()).__typename).toBe('CutSuccess');
  });

  test('of a review says until when the entry is deferred', async () => {
    const { entryId } = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entryId);
    const { decision } = await reviewing(entryId, {
      manifestDigest,
      verdict: 'DEFER',
      notBefore: '2099-01-01T00:00:00Z',
    });
    const again = await reviewing(entryId, {
      manifestDigest,
      supersedesDecisionId: decision.reviewDecisionId,
    });
    expect(again).toMatchObject({ __typename: 'IllegalTransition', retryable: true });
    expect(again.message).toContain('a sweep, not before 2099-01-01T00:00:00.000000Z,');
    // One that doesn't name the decision would be refused after the sweep, too.
    expect(await reviewing(entryId, { manifestDigest })).toMatchObject({ retryable: false });
  });

  test('of a sweep of named entries passes where each may come to wait again', async () => {
    const sweep = (entryIds: string[]) =>
      call(server, server.tokens.marker, 'sweep', { idempotencyKey: fresh('sweep'), entryIds });
    const approved = await reviewed(server);
    const rejected = await reviewed(server, 'REJECT');
    expect(await sweep([approved.entryId])).toMatchObject({ retryable: true });
    expect(await sweep([rejected.entryId])).toMatchObject({ retryable: false });
    expect(await sweep([approved.entryId, rejected.entryId])).toMatchObject({ retryable: false });
  });
});

const PLAN =
  'query ($id: UUID, $source: UUID, $spec: CutSpecInput) { planCut(entryId: $id, sourceId: $source, cutSpec: $spec) { __typename ... on Refusal { message retryable problems { path code } } } }';

async function planned(variables: Record<string, unknown>): Promise<Loose> {
  return (await server.gql(server.tokens.reviewer, PLAN, variables)).body.data.planCut;
}

/** A cut whose rows were altered before its verification. */
async function failed(): Promise<WasCut & { readonly escalationRef: string }> {
  const cut = await wasCut(server);
  await server.superuser.query(
    `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
    [cut.changeSetId],
  );
  const { result } = await verifyCut(server, cut);
  return { ...cut, escalationRef: result.escalationRef };
}

describe('planCut of an entry that has ended is refused by name, with the way out', () => {
  const ended: Record<string, () => Promise<{ entryId: string; sourceId: string }>> = {
    abandoned: async () => {
      const made = await marked(server);
      await abandon(made.entryId);
      return made;
    },
    reviewed_rejected: () => reviewed(server, 'REJECT'),
    verify_failed_escalated: failed,
  };
  test.each(Object.entries(ended))('%s', async (status, make) => {
    const { entryId, sourceId } = await make();
    const answer = await planned({ id: entryId });
    expect(answer).toMatchObject({
      __typename: 'IllegalTransition',
      retryable: false,
      problems: [{ path: ['entryId'], code: status }],
    });
    expect(answer.message).toContain(`Entry ${entryId} is ${status}`);
    expect(answer.message).toContain('call planCut with its sourceId and a cutSpec');
    const way = await planned({ source: sourceId, spec: { profile: 'markdown' } });
    expect(way.__typename).toBe('Plan');
  });

  test('one that waits, is deferred, approved or cut has its plan', async () => {
    const waiting = [await marked(server), await reviewed(server, 'DEFER'), await reviewed(server)];
    waiting.push(await wasCut(server), await verified(server));
    for (const { entryId } of waiting) expect((await planned({ id: entryId })).__typename).toBe('Plan');
  });
});

test('planCut of an escalation is refused by name, with the way out', async () => {
  const { escalationRef } = await failed();
  const answer = await planned({ id: escalationRef });
  expect(answer).toMatchObject({
    __typename: 'IllegalTransition',
    retryable: false,
    problems: [{ code: 'escalation' }],
  });
  expect(answer.message).toContain('abandon');
});
