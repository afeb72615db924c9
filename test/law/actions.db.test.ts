/**
 * What a caller may do with an entry, and what hinders it, beside what the verbs do: over a random ledger, each entry,
 * each of several callers and each action, as a dry run.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/auth/authority.ts';
import { ENTRY_VERBS, type EntryVerb, NEXT_VERBS, statesOfVerb } from '../../src/law/actions.ts';
import { ENTRY_STATES, type EntryState, isTerminal } from '../../src/law/states.ts';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  type Reviewed,
  reviewed,
  sampleText,
  sweepAll,
} from '../harness/cycle.ts';
import { commented } from '../harness/examples.ts';
import { RandomHistory } from '../harness/random-history.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
const callers = new Map<string, string>();
let entries: Loose[] = [];

const ENTRY = `entryId kind status actions
  blockedBecause { path code message severity entryId changeSetId reviewDecisionId manifestDigest address notBefore }
  liveDecision { reviewDecisionId manifestVersion } cut { changeSetId }`;

async function entriesFor(token: string): Promise<Loose[]> {
  const { body } = await server.gql(token, `{ entries(first: 200) { nodes { ${ENTRY} } } }`);
  expect(body.errors).toBeUndefined();
  return body.data.entries.nodes;
}

beforeAll(async () => {
  server = await testServer();
});

let made: Promise<void> | undefined;
/** The ledger and its callers, made for the first test that asks: only a test may report its seed. */
const ground = () => {
  made ??= makeGround();
  return made;
};

/** What each kind of hindrance needs, for what chance leaves out. */
async function hinder(): Promise<void> {
  const before = await marked(server);
  await reviewed(server, 'APPROVE', await marked(server, fresh(), { blockedBy: [before.entryId] }));
  const deferred = await reviewed(server, 'APPROVE');
  await defer(deferred, { notBefore: '2999-01-01T00:00:00Z' });
  await defer(await reviewed(server, 'APPROVE'), {});
  const docCode = fresh('shared');
  const of = async (text: string) =>
    reviewed(server, 'APPROVE', await marked(server, fresh(), { docCode, text: sampleText(text) }));
  const [one] = [await of('one'), await of('two')];
  // An approval that is carried over, and then withdrawn.
  const carried = fresh('carried');
  const version = async (text: string) =>
    marked(server, fresh(), { docCode: carried, text: sampleText(carried) + text });
  const [first, second] = [
    await reviewed(server, 'APPROVE', await version('')),
    await version('## Three\n\nNew.\n'),
  ];
  await approveCarrying(second.entryId);
  await defer(first, {});
  // Questions before an approval, and after one.
  await commented(server);
  await commented(server, { entryId: (await reviewed(server, 'APPROVE')).entryId });
  // For `bendTimes`, which needs three that are approved.
  await reviewed(server, 'APPROVE');
  const { executor } = server.tokens;
  const input = { idempotencyKey: fresh('cut'), entryId: one.entryId, manifestDigest: one.manifestDigest };
  expect((await call(server, executor, 'cut', input)).__typename).toBe('CutSuccess');
}

async function approveCarrying(entryId: string): Promise<void> {
  await sweepAll(server);
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($entryId: UUID) { planCut(entryId: $entryId) {
      ... on Plan { manifestDigest carriedOver { records digest } } } }`,
    { entryId },
  );
  const { manifestDigest, carriedOver } = body.data.planCut;
  expect(carriedOver.records).toBeGreaterThan(0);
  const input = { entryId, verdict: 'APPROVE', manifestDigest, carriedOverDigest: carriedOver.digest };
  const whole = { idempotencyKey: fresh('carry'), ...input };
  expect((await call(server, server.tokens.reviewer, 'review', whole)).__typename).toBe('ReviewSuccess');
}

async function defer({ entryId, manifestDigest, decisionId }: Reviewed, more: object): Promise<void> {
  const input = { entryId, verdict: 'DEFER', manifestDigest, supersedesDecisionId: decisionId, ...more };
  const whole = { idempotencyKey: fresh('defer'), ...input };
  expect((await call(server, server.tokens.reviewer, 'review', whole)).__typename).toBe('ReviewSuccess');
}

async function makeGround(): Promise<void> {
  await hinder();
  await new RandomHistory(server, seeded(testSeed()).named('actions')).run(150);
  await bendTimes();
  for (const [name, token] of Object.entries(server.tokens)) callers.set(name, token);
  const everything = SCOPES.filter((scope) => scope !== 'change:verify');
  const marker = await sample(server, 'marker');
  const executor = await sample(server, 'executor');
  const others = {
    'an agent that may do all but verify': await caller(server, { kind: 'agent', scopes: everything }),
    'a service that may do all but verify': await caller(server, { kind: 'service', scopes: everything }),
    'a reviewer for whom the marker answers': await caller(server, {
      scopes: ['ledger:observe', 'entry:review'],
      personId: marker.personId,
    }),
    'a verifier for whom the executor answers': await caller(server, {
      scopes: ['ledger:observe', 'change:verify'],
      personId: executor.personId,
    }),
  };
  for (const [name, { token }] of Object.entries(others)) callers.set(name, token);
  entries = await entriesFor(server.tokens.observer);
  const reviewer = await sample(server, 'reviewer');
  const some = entries.filter((_, at) => at % 3 === 0).map(({ entryId }) => entryId);
  callers.set(
    'a reviewer narrowed to some entries',
    await tokenFor(server, reviewer.principalId, { entryIds: some }),
  );
}

/** Approvals that have expired or aren't in force yet: no test waits for a time to pass. */
async function bendTimes(): Promise<void> {
  const { rows } = await server.superuser.query(
    `select d.review_decision_id as id from cutter_governance.review_decision d
      join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
      join cutter_governance.decision_backlog_entry e on e.entry_id::text = m.source_doc_ref
      where e.status = 'reviewed_approved' and d.superseded_by_review_decision_id is null order by e.emitted_at`,
  );
  for (const [at, { id }] of rows.entries()) {
    if (at % 4 === 1)
      await server.superuser.query(
        `update cutter_governance.review_decision set expires_at = now() - interval '1 hour' where review_decision_id = $1`,
        [id],
      );
    if (at % 4 === 2)
      await server.superuser.query(
        `update cutter_governance.review_decision
          set findings = jsonb_set(findings, '{not_before}', '"2999-01-01T00:00:00.000000Z"') where review_decision_id = $1`,
        [id],
      );
  }
}

const digests = new Map<string, string>();
async function planOf(entryId: string): Promise<string> {
  const digest = digests.get(entryId) ?? (await manifestOf(server, entryId)) ?? `sha256:${'0'.repeat(64)}`;
  digests.set(entryId, digest);
  return digest;
}

/** The input of a verb that means exactly this entry as it is. */
async function inputOf(verb: EntryVerb, entry: Loose): Promise<Record<string, unknown>> {
  const { entryId } = entry;
  switch (verb) {
    case 'sweep':
      return { entryIds: [entryId] };
    case 'review':
      return {
        entryId,
        verdict: 'APPROVE',
        manifestDigest: await planOf(entryId),
        supersedesDecisionId: entry.liveDecision?.reviewDecisionId ?? null,
      };
    case 'cut':
      return { entryId, manifestDigest: entry.liveDecision?.manifestVersion ?? (await planOf(entryId)) };
    case 'verify':
      return { changeSetId: entry.cut?.changeSetId ?? randomUUID() };
    case 'abandon':
      return { entryId, rationale: 'At random.' };
  }
}

const PROBLEMS = `... on Refusal { message problems {
  path code message severity entryId changeSetId reviewDecisionId manifestDigest address notBefore } }`;

async function dryRun(token: string, verb: EntryVerb, input: Record<string, unknown>): Promise<Loose> {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  const { body } = await server.gql(
    token,
    `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ${PROBLEMS} } }`,
    { input: { idempotencyKey: fresh(verb), ...input, dryRun: true } },
  );
  expect(body.errors).toBeUndefined();
  return body.data[verb];
}

/** A sweep names the place in its list. */
const placeless = (problems: Loose[], verb: EntryVerb) =>
  problems.map((problem) => (verb === 'sweep' ? { ...problem, path: ['input', 'entryIds'] } : problem));

const NOT_ALLOWED = ['Forbidden', 'IllegalTransition', 'SameParty', 'AlreadyCut', 'NotFound'];

describe('over a random ledger', () => {
  test('there is something of everything', async () => {
    await ground();
    const codes = new Set(
      entries.flatMap(({ blockedBecause }) => blockedBecause.map(({ code }: Loose) => code)),
    );
    const states = new Set(entries.map(({ status }) => status));
    expect(states.size).toBeGreaterThan(4);
    expect([...codes].sort()).toEqual([
      'approval-early',
      'approval-expired',
      'approval-superseded',
      'approval-withdrawn',
      'base-changed',
      'comment-open',
      'document-unverified',
      'predecessor-open',
      'reviewed_deferred',
    ]);
  });

  test('an action is listed exactly if the verb allows it, and succeeds unless it says what hinders it', async () => {
    await ground();
    let listed = 0;
    for (const [name, token] of callers) {
      for (const entry of await entriesFor(token)) {
        for (const verb of ENTRY_VERBS) {
          const what = `${verb} of ${entry.status} ${entry.kind} ${entry.entryId} by ${name}`;
          const answer = await dryRun(token, verb, await inputOf(verb, entry));
          const isDone = answer.__typename.endsWith('Success');
          if (!entry.actions.includes(verb.toUpperCase())) {
            expect(NOT_ALLOWED, what).toContain(answer.__typename);
            continue;
          }
          listed += 1;
          const isNext = NEXT_VERBS[entry.status.toLowerCase() as EntryState] === verb;
          // Comments hinder an approval, and no other verdict of the same verb.
          const isAsked = answer.__typename === 'CommentsOpen';
          const hinders = entry.blockedBecause
            .filter(
              ({ severity, code }: Loose) => severity === 'ERROR' || (isAsked && code === 'comment-open'),
            )
            .map((problem: Loose) => ({ ...problem, severity: 'ERROR' }));
          expect(isDone, `${what}: ${answer.message}`).toBe((!isNext && !isAsked) || hinders.length === 0);
          if (!isDone)
            expect(hinders, what).toEqual(expect.arrayContaining(placeless(answer.problems, verb)));
        }
      }
    }
    expect(listed).toBeGreaterThan(20);
  }, 600_000);

  test('what waits for a caller is what it may move on now', async () => {
    await ground();
    const times = await decisionTimes();
    const now = new Date().toISOString();
    let listed = 0;
    for (const [name, token] of callers) {
      const due = (await entriesFor(token)).filter((entry) => {
        const verb = verbAwaited(entry, times.get(entry.entryId) ?? null, now);
        return verb !== null && entry.actions.includes(verb);
      });
      listed += due.length;
      const { body } = await server.gql(
        token,
        '{ backlog { waitingForMe(first: 200) { nodes { entryId actions } totalCount } } }',
      );
      expect(body.errors).toBeUndefined();
      const ids = body.data.backlog.waitingForMe.nodes.map(({ entryId }: Loose) => entryId);
      expect(ids, name).toEqual(due.map(({ entryId }) => entryId));
      expect(body.data.backlog.waitingForMe.totalCount, name).toBe(due.length);
    }
    expect(listed).toBeGreaterThan(3);
  });

  test('what waits is read by pages, in either order, and filtered', async () => {
    await ground();
    const read = async (given: string, token = server.tokens.reviewer): Promise<Loose> => {
      const page = `waitingForMe(${given}) { nodes { entryId status } pageInfo { hasNextPage endCursor } }`;
      const { body } = await server.gql(token, `{ backlog { ${page} } }`);
      expect(body.errors).toBeUndefined();
      return body.data.backlog.waitingForMe;
    };
    const all = (await read('first: 200')).nodes;
    const paged: Loose[] = [];
    for (let after = ''; ; ) {
      const { nodes, pageInfo } = await read(`first: 2${after}`);
      paged.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(paged).toEqual(all);
    expect((await read('first: 200, order: NEWEST_FIRST')).nodes).toEqual(all.toReversed());
    const marked = (await read('first: 200, filter: { status: MARKED }')).nodes;
    expect(marked).toEqual(all.filter(({ status }: Loose) => status === 'MARKED'));
  });

  test('a caller without a right, and every ended entry, has no action', async () => {
    await ground();
    for (const { actions } of await entriesFor(server.tokens.observer)) expect(actions).toEqual([]);
    for (const token of callers.values())
      for (const { status, actions, blockedBecause } of await entriesFor(token))
        if (isTerminal(status.toLowerCase())) expect([actions, blockedBecause]).toEqual([[], []]);
  });
});

/** The times of each entry's live decision. */
async function decisionTimes(): Promise<Map<string, { expiresAt: string | null; notBefore: string | null }>> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    '{ entries(first: 200) { nodes { entryId liveDecision { expiresAt evidence { notBefore } } } } }',
  );
  return new Map(
    body.data.entries.nodes.map(({ entryId, liveDecision: live }: Loose) => [
      entryId,
      { expiresAt: live?.expiresAt ?? null, notBefore: live?.evidence.notBefore ?? null },
    ]),
  );
}

/** The action that an entry waits for, written here once more. */
function verbAwaited(
  { kind, status }: { kind: string; status: string },
  live: { expiresAt: string | null; notBefore: string | null } | null,
  now: string,
): string | null {
  if (kind !== 'CUT_REQUEST') return null;
  const isEarly = live?.notBefore != null && live.notBefore > now;
  switch (status) {
    case 'MARKED':
      return 'SWEEP';
    case 'REVIEWED_DEFERRED':
      return isEarly ? null : 'SWEEP';
    case 'REVIEW_PENDING':
      return 'REVIEW';
    case 'REVIEWED_APPROVED':
      if (live?.expiresAt != null && live.expiresAt < now) return 'REVIEW';
      return isEarly ? null : 'CUT';
    case 'CUT_APPLIED':
      return 'VERIFY';
    default:
      return null;
  }
}

describe('the law of actions', () => {
  test.each(ENTRY_STATES)('the next verb of %s leads from it, and an ended entry has none', (state) => {
    const next = NEXT_VERBS[state];
    expect(next === undefined).toBe(isTerminal(state));
    if (next !== undefined) expect(statesOfVerb(next)).toContain(state);
  });
});
