import { describe, expect, test } from 'vitest';
import { BacklogJudge } from '../../../src/monitor/judges/backlog-judge.ts';
import { type StreamFault, StreamRefused } from '../../../src/monitor/judges/stream-refused.ts';

type Made = Readonly<Record<string, unknown>>;
type Counts = Readonly<Record<string, number>>;

const INCARNATION = '11111111-1111-4111-8111-111111111111';
const counted = (counts: Counts) =>
  Object.entries(counts).map(([status, count]) => ({ status, kind: 'CUT_REQUEST', count }));
const ready = (head: number, cursor = `cursor ${head}`, incarnation = INCARNATION): Made => ({
  __typename: 'Ready',
  ...{ cursor, head, heartbeatMs: 1000, incarnation },
});
const snapshot = (position: number, counts: Counts): Made => ({
  __typename: 'BacklogSnapshot',
  ...{ cursor: `cursor ${position + 1}`, position: String(position), counts: counted(counts) },
});
const change = (position: number, counts: Counts, entries = 1): Made => ({
  __typename: 'BacklogChange',
  ...{ cursor: `cursor ${position + 1}`, position: String(position), counts: counted(counts) },
  entries: Array.from({ length: entries }, (_, at) => ({ entryId: at })),
});
const heartbeat = (head: number): Made => ({ __typename: 'Heartbeat', cursor: `cursor ${head}`, head });
const reset: Made = { __typename: 'Reset', reason: 'CURSOR_UNKNOWN', message: 'Begin anew.' };

/** The server writes positions as text. */
const asSent = (message: Made): Made =>
  'head' in message ? { ...message, head: String(message['head']) } : message;

function judged(messages: readonly Made[], judge = new BacklogJudge('now')): BacklogJudge {
  judge.open(0);
  for (const message of messages) judge.take(asSent(message), 0);
  return judge;
}

/** Two entries wait, one goes on, two more come in one record, and nothing comes for a while. */
const honest = (): Made[] => [
  ready(5),
  snapshot(4, { MARKED: 2 }),
  change(5, { MARKED: 1, REVIEW_PENDING: 1 }),
  change(8, { MARKED: 3, REVIEW_PENDING: 1 }, 2),
  heartbeat(11),
  change(11, { MARKED: 4, REVIEW_PENDING: 1 }),
];

function faultOf(work: () => unknown): { fault: StreamFault; sentence: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof StreamRefused) return { fault: error.fault, sentence: error.message };
    throw error;
  }
  throw new Error('Nothing was refused.');
}

test('an honest stream is believed', () => {
  const judge = judged(honest());
  expect([judge.next, judge.cursor]).toEqual([12, 'cursor 12']);
});

test('a stream from the start has no snapshot, and its first change may be anywhere', () => {
  expect(judged([ready(9, 'start'), change(7, { MARKED: 1 })], new BacklogJudge('start')).next).toBe(8);
  expect(judged([ready(0), { ...snapshot(0, {}), cursor: 'empty' }, change(0, { MARKED: 1 })]).next).toBe(1);
});

test('a stream goes on behind its cursor without a snapshot, by this judge or by one that was kept', () => {
  const judge = judged(honest());
  const kept: unknown = JSON.parse(JSON.stringify(judge.state()));
  for (const one of [judge, new BacklogJudge('cursor', kept)]) {
    judged([ready(13, 'cursor 12'), change(12, { MARKED: 4, REVIEW_PENDING: 1, CUT_APPLIED: 1 })], one);
    expect(one.next).toBe(13);
  }
});

test('behind a cursor of which nothing is known a snapshot may come: it may be that of Ready', () => {
  expect(judged([ready(5), snapshot(4, { MARKED: 2 })], new BacklogJudge('cursor')).next).toBe(5);
  const gone = judged([ready(5), change(6, { MARKED: 2 })], new BacklogJudge('cursor'));
  expect(faultOf(() => judged([ready(7), snapshot(6, { MARKED: 2 })], gone)).fault).toBe('out-of-order');
});

test('there is nothing to keep before the snapshot, and a lost connection then begins with one', () => {
  const judge = judged([ready(5)]);
  expect(judge.state()).toBeNull();
  judged([ready(5), snapshot(4, { MARKED: 2 })], judge);
  expect(judge.state()).toMatchObject({ next: 5, counts: [['MARKED CUT_REQUEST', 2]] });
});

describe('refuses, with a fault and a sentence', () => {
  const go = honest().slice(0, 4);
  const table: readonly (readonly [string, StreamFault, RegExp, readonly Made[]])[] = [
    ['a snapshot before Ready', 'out-of-order', /before Ready/, honest().slice(1)],
    ['Ready twice', 'out-of-order', /Ready came twice/, [ready(5), ready(5)]],
    ['no snapshot', 'out-of-order', /No snapshot/, [ready(5), change(5, { MARKED: 1 })]],
    ['a heartbeat for a snapshot', 'out-of-order', /No snapshot/, [ready(5), heartbeat(5)]],
    ['a second snapshot', 'out-of-order', /where the stream went on/, [...go, snapshot(9, {})]],
    ['a record again', 'repeated', /Position 8 came/, [...go, { ...go[3], cursor: 'other' }]],
    ['an earlier record', 'reordered', /Position 6 came/, [...go, { ...change(6, {}), cursor: 'other' }]],
    [
      'a cursor again',
      'cursor-back',
      /cursor came again/,
      [...go, { ...change(9, { MARKED: 3, REVIEW_PENDING: 1 }), cursor: 'cursor 6' }],
    ],
    [
      'counts of a change that was left out',
      'gap',
      /changed for 2 entries/,
      [...go, change(9, { MARKED: 5, REVIEW_PENDING: 1 })],
    ],
    [
      'a count of two names',
      'malformed',
      /twice/,
      [...go, { ...change(9, {}), counts: [...counted({ MARKED: 3 }), ...counted({ MARKED: 1 })] }],
    ],
    ['a count below one', 'malformed', /can't be read/, [...go, change(9, { MARKED: 0 })]],
    ['a heartbeat of an earlier place', 'other-place', /before position 6/, [...go, heartbeat(6)]],
    [
      'a message of another stream',
      'malformed',
      /CaughtUp/,
      [...go, { __typename: 'CaughtUp', cursor: 'c' }],
    ],
    ['a message after Reset', 'after-reset', /after Reset/, [...go, reset, heartbeat(12)]],
  ];
  test.each(table)('%s', (_, fault, sentence, messages) => {
    const refused = faultOf(() => judged(messages));
    expect(refused).toEqual({ fault, sentence: expect.stringMatching(sentence) });
  });

  test('another ledger, and a shorter log, behind a cursor', () => {
    const other = '22222222-2222-4222-8222-222222222222';
    expect(faultOf(() => judged([ready(12, 'cursor 12', other)], judged(honest()))).fault).toBe(
      'other-incarnation',
    );
    expect(faultOf(() => judged([ready(11, 'cursor 12')], judged(honest()))).fault).toBe('truncated');
  });

  test('silence, and a state that is none', () => {
    const judge = judged(honest());
    judge.requireSound(2000);
    expect(faultOf(() => judge.requireSound(2001)).fault).toBe('silence');
    expect(faultOf(() => new BacklogJudge('cursor', { format: 'cutter-stream/1' })).fault).toBe('malformed');
  });

  test('everything after the first refusal', () => {
    const judge = judged(honest());
    faultOf(() => judge.take(asSent(ready(12)), 0));
    expect(faultOf(() => judge.take(asSent(heartbeat(12)), 0)).fault).toBe('out-of-order');
    expect(faultOf(() => judge.open(0)).fault).toBe('out-of-order');
  });
});

test('a Reset is the end, with its reason', () => {
  const judge = judged(honest());
  expect(judge.take(reset, 0)).toEqual({ ended: { reason: 'CURSOR_UNKNOWN', message: 'Begin anew.' } });
});
