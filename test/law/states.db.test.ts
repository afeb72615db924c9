import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENTRY_STATES, type EntryState, nextState, TRANSITIONS } from '../../src/law/states.ts';
import { HISTORY_CHANGE_KINDS, LANES } from '../../src/law/values.ts';
import { nameOfWord } from '../../src/text/words.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sweepAll,
  verified,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type SampleTokens, type TestServer, testServer } from '../harness/server.ts';

/** The law, as the specification draws it (§4), apart from the code's own table. */
const ARROWS: readonly (readonly [from: EntryState | null, changeKind: string, to: EntryState])[] = [
  [null, 'mark', 'marked'],
  ['marked', 'sweep_promote', 'review_pending'],
  ['reviewed_deferred', 'sweep_promote', 'review_pending'],
  ['review_pending', 'review:approve', 'reviewed_approved'],
  ['review_pending', 'review:reject', 'reviewed_rejected'],
  ['review_pending', 'review:defer', 'reviewed_deferred'],
  ['reviewed_approved', 'review:approve', 'reviewed_approved'],
  ['reviewed_approved', 'review:reject', 'reviewed_rejected'],
  ['reviewed_approved', 'review:defer', 'reviewed_deferred'],
  ['reviewed_approved', 'cut', 'cut_applied'],
  ['cut_applied', 'verify:pass', 'verified_complete'],
  ['cut_applied', 'verify:fail', 'verify_failed_escalated'],
  ['marked', 'abandon', 'abandoned'],
  ['review_pending', 'abandon', 'abandoned'],
  ['reviewed_deferred', 'abandon', 'abandoned'],
  ['reviewed_approved', 'abandon', 'abandoned'],
];

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** An entry brought to a state, with what the verbs ask about it. */
interface Stood {
  readonly entryId: string;
  readonly name: string;
  readonly changeSetId?: string;
}

const REACH: Readonly<Record<EntryState, () => Promise<Stood>>> = {
  marked: () => marked(server),
  async review_pending() {
    const made = await marked(server);
    await sweepAll(server);
    return made;
  },
  reviewed_approved: () => reviewed(server),
  reviewed_rejected: () => reviewed(server, 'REJECT'),
  reviewed_deferred: () => reviewed(server, 'DEFER'),
  cut_applied: () => wasCut(server),
  verified_complete: () => verified(server),
  async verify_failed_escalated() {
    const made = await wasCut(server);
    await tamper(made.changeSetId);
    expect(await verifyCut(server, made)).toMatchObject({ result: { verdict: 'FAIL' } });
    return made;
  },
  async abandoned() {
    const made = await marked(server);
    const input = { idempotencyKey: fresh('end'), entryId: made.entryId, rationale: 'Withdrawn.' };
    expect(await call(server, server.tokens.marker, 'abandon', input)).toMatchObject({ replayed: false });
    return made;
  },
};

/** An escalation: an entry of its own kind, born `marked` by a failed verification. */
async function escalation(): Promise<Stood> {
  const made = await wasCut(server);
  await tamper(made.changeSetId);
  const failed = await verifyCut(server, made);
  return { name: fresh('escalation'), entryId: failed.result.escalationRef };
}

/** As the owner, changes a text that was cut. */
async function tamper(changeSetId: string): Promise<void> {
  await server.superuser.query(
    `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
    [changeSetId],
  );
}

async function statusOf(entryId: string): Promise<string> {
  const { rows } = await server.superuser.query(
    'select status from cutter_governance.decision_backlog_entry where entry_id = $1',
    [entryId],
  );
  return rows[0].status;
}

async function historyOf(entryId: string): Promise<Loose[]> {
  const { rows } = await server.superuser.query(
    `select entry_version_before as before, entry_version_after as after, change_kind as kind
     from cutter_governance.decision_backlog_history where entry_id = $1 order by changed_at, history_id`,
    [entryId],
  );
  return rows;
}

async function liveDecision(entryId: string): Promise<string | null> {
  const { rows } = await server.superuser.query(
    `select d.review_decision_id as id from cutter_governance.review_decision d
     join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
     where m.source_doc_ref = $1 and d.superseded_by_review_decision_id is null`,
    [entryId],
  );
  return rows[0]?.id ?? null;
}

/** Of the entry's plan; an escalation has none. */
async function digestOf(entryId: string): Promise<string> {
  return (await manifestOf(server, entryId)) ?? `sha256:${'0'.repeat(64)}`;
}

interface VerbOn {
  readonly verb: string;
  readonly who: keyof SampleTokens;
  /** A caller of the other lane. */
  readonly other: keyof SampleTokens;
  /** The kinds of history that it may leave. */
  readonly kinds: readonly string[];
  input(stood: Stood): Promise<Record<string, unknown>>;
}

const review = (verdict: 'APPROVE' | 'REJECT' | 'DEFER'): VerbOn => ({
  verb: 'review',
  who: 'reviewer',
  other: 'verifier',
  kinds: [`review:${verdict.toLowerCase()}`],
  input: async ({ entryId }) => ({
    entryId,
    verdict,
    manifestDigest: await digestOf(entryId),
    supersedesDecisionId: await liveDecision(entryId),
  }),
});

const VERBS: Readonly<Record<string, VerbOn>> = {
  sweep: {
    verb: 'sweep',
    who: 'marker',
    other: 'verifier',
    kinds: ['sweep_promote'],
    input: async () => ({ limit: 1000 }),
  },
  'review:approve': review('APPROVE'),
  'review:reject': review('REJECT'),
  'review:defer': review('DEFER'),
  cut: {
    verb: 'cut',
    who: 'executor',
    other: 'verifier',
    kinds: ['cut'],
    input: async ({ entryId }) => ({ entryId, manifestDigest: await digestOf(entryId) }),
  },
  verify: {
    verb: 'verify',
    who: 'verifier',
    other: 'executor',
    kinds: ['verify:pass', 'verify:fail'],
    input: async ({ changeSetId }) => ({ changeSetId: changeSetId ?? randomUUID() }),
  },
  abandon: {
    verb: 'abandon',
    who: 'reviewer',
    other: 'verifier',
    kinds: ['abandon'],
    input: async ({ entryId }) => ({ entryId, rationale: 'Not any more.' }),
  },
};

const CUT: readonly string[] = ['cut_applied', 'verified_complete', 'verify_failed_escalated'];

/** The refusal that an arrow which isn't there gives. */
function refusalOf(state: string, verb: string): string {
  if (verb === 'verify') return CUT.includes(state) ? 'IllegalTransition' : 'NotFound';
  if (CUT.includes(state) && (verb === 'cut' || verb === 'abandon')) return 'AlreadyCut';
  return 'IllegalTransition';
}

async function perform(
  made: VerbOn,
  who: keyof SampleTokens,
  input: Record<string, unknown>,
): Promise<Loose> {
  const success = made.verb === 'sweep' ? 'promoted { entryId }' : 'entry { entryId status }';
  const whole = { idempotencyKey: fresh(`key-${made.verb}`), ...input };
  return call(server, server.tokens[who], made.verb, whole, success);
}

test('the code has exactly the arrows that the specification draws, each in its lane', () => {
  const drawn = ARROWS.map(
    ([from, kind, to]) => `${from} ${kind} ${to} ${kind.startsWith('verify:') ? 'DOT-992' : 'DOT-991'}`,
  );
  // A failed verification writes its escalation entry in the verifier's lane.
  drawn.push('null mark marked DOT-992');
  const coded = TRANSITIONS.map(({ from, verb, to, lane }) => `${from} ${verb} ${to} ${lane}`);
  expect(coded.sort()).toEqual(drawn.sort());
});

test('every state × change × lane leads where the drawing says, or nowhere', () => {
  for (const from of [null, ...ENTRY_STATES]) {
    for (const kind of HISTORY_CHANGE_KINDS) {
      for (const lane of LANES) {
        const own = kind.startsWith('verify:') ? 'DOT-992' : 'DOT-991';
        const escalates = kind === 'mark' && from === null;
        const arrow = ARROWS.find(([before, change]) => before === from && change === kind);
        const expected = lane === own || escalates ? (arrow?.[2] ?? null) : null;
        expect(nextState(from, kind, lane), `${from} ${kind} ${lane}`).toBe(expected);
      }
    }
  }
});

test('there are nine states', () => {
  expect([...ENTRY_STATES].sort()).toEqual(Object.keys(REACH).sort());
});

describe.each(Object.keys(REACH) as EntryState[])('%s', (state) => {
  test.each(Object.keys(VERBS))('%s', async (name) => {
    const made = VERBS[name]!;
    const stood = await REACH[state]();
    expect(await statusOf(stood.entryId)).toBe(state);
    const input = await made.input(stood);
    await refusesOtherLane(made, input);

    const arrow = ARROWS.find(([from, kind]) => from === state && made.kinds.includes(kind));
    const history = await historyOf(stood.entryId);
    if (arrow === undefined) return refuses(state, name, made, stood, input);
    const [, kind, to] = arrow;
    const answer = await perform(made, made.who, input);
    if (name === 'sweep') {
      expect(answer.promoted).toContainEqual({ entryId: stood.entryId });
    } else {
      expect(answer.entry).toEqual({ entryId: stood.entryId, status: nameOfWord(to) });
    }
    expect(await statusOf(stood.entryId)).toBe(to);
    expect(await historyOf(stood.entryId)).toEqual([...history, { before: state, after: to, kind }]);
  });
});

/** A caller of the other lane is Forbidden, whatever the entry's state, and nothing is written. */
async function refusesOtherLane(made: VerbOn, input: Record<string, unknown>): Promise<void> {
  const before = await fingerprint(server);
  expect(await perform(made, made.other, input)).toMatchObject({ __typename: 'Forbidden', retryable: false });
  expect(await fingerprint(server)).toBe(before);
}

const SWEEP_FIRST = {
  marked: /can succeed after a sweep by/,
  reviewed_deferred: /can succeed after a sweep by/,
};
/** Where the same call can succeed later, and what has to come first. */
const FIRST: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'review:approve': SWEEP_FIRST,
  'review:reject': SWEEP_FIRST,
  'review:defer': SWEEP_FIRST,
  cut: {
    marked: /can succeed after a sweep and an approving review by/,
    review_pending: /can succeed after an approving review by/,
    reviewed_deferred: /can succeed after a sweep and an approving review by/,
  },
};

/** No arrow: a typed refusal and no row; a sweep passes by, and leaves its own row alone. */
async function refuses(
  state: string,
  name: string,
  made: VerbOn,
  stood: Stood,
  input: Record<string, unknown>,
  kind = 'cut_request',
): Promise<void> {
  const before = await fingerprint(server);
  const [status, history] = [await statusOf(stood.entryId), await historyOf(stood.entryId)];
  const answer = await perform(made, made.who, input);
  if (name === 'sweep') {
    expect(answer.promoted).not.toContainEqual({ entryId: stood.entryId });
  } else {
    const first = kind === 'cut_request' ? FIRST[name]?.[state] : undefined;
    expect(answer).toMatchObject({
      __typename: refusalOf(state, name),
      retryable: first !== undefined,
      message: expect.stringMatching(first ?? /./),
    });
    expect(await fingerprint(server)).toBe(before);
  }
  expect(await statusOf(stood.entryId)).toBe(status);
  expect(await historyOf(stood.entryId)).toEqual(history);
}

describe('an escalation entry', () => {
  test('is born marked, by the verifier, with one history row', async () => {
    const { entryId } = await escalation();
    expect(await statusOf(entryId)).toBe('marked');
    expect(await historyOf(entryId)).toEqual([{ before: null, after: 'marked', kind: 'mark' }]);
  });

  test.each(Object.keys(VERBS).filter((name) => name !== 'abandon'))('is not moved by %s', async (name) => {
    const made = VERBS[name]!;
    const stood = await escalation();
    const input = await made.input(stood);
    await refusesOtherLane(made, input);
    await refuses('marked', name, made, stood, input, 'escalation');
  });

  test('is ended by abandon with a rationale', async () => {
    const stood = await escalation();
    const made = VERBS['abandon']!;
    await refusesOtherLane(made, await made.input(stood));
    const answer = await perform(made, 'reviewer', await made.input(stood));
    expect(answer.entry).toEqual({ entryId: stood.entryId, status: 'ABANDONED' });
  });
});

describe('a failed verification', () => {
  test('moves cut_applied to verify_failed_escalated', async () => {
    const made = await wasCut(server);
    await tamper(made.changeSetId);
    const answer = await verifyCut(server, made);
    expect(answer).toMatchObject({
      result: { verdict: 'FAIL' },
      entry: { status: 'VERIFY_FAILED_ESCALATED' },
    });
    expect((await historyOf(made.entryId)).at(-1)).toEqual({
      before: 'cut_applied',
      after: 'verify_failed_escalated',
      kind: 'verify:fail',
    });
  });

  test('leaves a compensation, which is not verified in its turn', async () => {
    const made = await wasCut(server);
    await tamper(made.changeSetId);
    const { result } = await verifyCut(server, made);
    const before = await fingerprint(server);
    const input = { idempotencyKey: fresh('again'), changeSetId: result.rollbackChangeSetIdTriggered };
    expect(await call(server, server.tokens.verifier, 'verify', input)).toMatchObject({
      __typename: 'IllegalTransition',
    });
    expect(await fingerprint(server)).toBe(before);
  });
});

describe('a live decision', () => {
  test('of a deferral is named by the review after the sweep', async () => {
    const made = await reviewed(server, 'DEFER');
    await sweepAll(server);
    const input = { entryId: made.entryId, verdict: 'APPROVE', manifestDigest: made.manifestDigest };
    const before = await fingerprint(server);
    expect(await perform(VERBS['review:approve']!, 'reviewer', input)).toMatchObject({
      __typename: 'NotLive',
    });
    expect(await fingerprint(server)).toBe(before);
    const naming = { ...input, supersedesDecisionId: made.decisionId };
    expect(await perform(VERBS['review:approve']!, 'reviewer', naming)).toMatchObject({
      entry: { status: 'REVIEWED_APPROVED' },
    });
  });

  test('that is not the one named is NotLive, and so is one named where none stands', async () => {
    const made = await reviewed(server);
    const pending = await REACH.review_pending();
    const before = await fingerprint(server);
    for (const supersedesDecisionId of [null, randomUUID()]) {
      const input = { ...(await review('REJECT').input(made)), supersedesDecisionId };
      expect(await perform(review('REJECT'), 'reviewer', input)).toMatchObject({ __typename: 'NotLive' });
    }
    const input = { ...(await review('REJECT').input(pending)), supersedesDecisionId: made.decisionId };
    expect(await perform(review('REJECT'), 'reviewer', input)).toMatchObject({ __typename: 'NotLive' });
    expect(await fingerprint(server)).toBe(before);
  });

  test('of a superseded approval cuts nothing (G-CUT-APPROVED)', async () => {
    const made = await reviewed(server);
    const input = { ...(await review('APPROVE').input(made)), expiresAt: '2099-01-01T00:00:00Z' };
    await perform(review('APPROVE'), 'reviewer', input);
    await server.superuser.query(
      `update cutter_governance.review_decision set expires_at = now() - interval '1 second' where prior_review_decision_id = $1`,
      [made.decisionId],
    );
    const before = await fingerprint(server);
    const cut = { entryId: made.entryId, manifestDigest: made.manifestDigest };
    expect(await perform(VERBS['cut']!, 'executor', cut)).toMatchObject({
      __typename: 'NotApproved',
      guard: 'G-CUT-APPROVED',
    });
    expect(await fingerprint(server)).toBe(before);
  });
});

test('a deferral with notBefore is swept only once that time has passed', async () => {
  const made = await REACH.review_pending();
  const later = { ...(await review('DEFER').input(made)), notBefore: '2099-01-01T00:00:00Z' };
  await perform(review('DEFER'), 'reviewer', later);
  await sweepAll(server);
  expect(await statusOf(made.entryId)).toBe('reviewed_deferred');
  await server.superuser.query(
    `update cutter_governance.review_decision set findings = jsonb_set(findings, '{not_before}', '"2020-01-01T00:00:00.000000Z"')
     where review_decision_id = $1`,
    [await liveDecision(made.entryId)],
  );
  await sweepAll(server);
  expect(await statusOf(made.entryId)).toBe('review_pending');
});

test('a state is never flipped back: no history row ever leads from a later state to an earlier one but by an arrow', async () => {
  const { rows } = await server.superuser.query(
    `select distinct entry_version_before as before, change_kind as kind, entry_version_after as after
     from cutter_governance.decision_backlog_history`,
  );
  const law = new Set(ARROWS.map((arrow) => arrow.join(' ')));
  for (const { before, kind, after } of rows) expect(law).toContain([before, kind, after].join(' '));
  expect(rows).toHaveLength(law.size);
});
