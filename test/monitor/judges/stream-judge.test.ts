import { describe, expect, test } from 'vitest';
import { type JudgeOptions, StreamJudge } from '../../../src/monitor/judges/stream-judge.ts';
import { type StreamFault, StreamRefused } from '../../../src/monitor/judges/stream-refused.ts';
import { type Made, madeKeys, madeLedger } from '../../harness/made-stream.ts';

const ledger = madeLedger();
const { ready, event, caughtUp, heartbeat, reset } = ledger;
const WHOLE: JudgeOptions = { everyRecord: true, from: 'start', keys: madeKeys };

/** Five records replayed, a head of three of them, two live ones, a head of all seven. */
const honest = (): Made[] => [
  ready(5, 0),
  ...[0, 1, 2, 3, 4].map(event),
  caughtUp(5, 3),
  event(5),
  event(6),
  heartbeat(7, 7),
];

function judged(
  messages: readonly Made[],
  options: Partial<JudgeOptions> = {},
  state?: unknown,
): StreamJudge {
  const judge = new StreamJudge({ ...WHOLE, ...options }, state);
  judge.open(0);
  for (const message of messages) judge.take(message, 0);
  return judge;
}

function refusal(work: () => unknown): { fault: StreamFault; sentence: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof StreamRefused) return { fault: error.fault, sentence: error.message };
    throw error;
  }
  throw new Error('Nothing was refused.');
}

test('an honest stream is believed, folded, and its checkpoints agree', () => {
  const judge = new StreamJudge(WHOLE);
  judge.open(0);
  const compared = honest().map((message) => judge.take(message, 0).checkpoint?.judged ?? null);
  expect(compared.filter((verdict) => verdict !== null)).toEqual(['agrees', 'agrees']);
  expect(judge.next).toBe(7);
  expect(judge.newest?.size).toBe(7);
  expect(judge.root).toEqual(judge.newest?.root);
  expect(judge.cursor).toBe('cursor 7');
});

describe('refuses, with a fault and a sentence', () => {
  const other = madeLedger();
  const forked = madeLedger(2, ledger.incarnation);
  const swapped = ledger.note(7, { 'DOT-991': 'DOT-992', 'DOT-992': 'DOT-991' });
  const oneLane = ledger.note(7, { 'DOT-991': 'DOT-991', 'DOT-992': 'DOT-991' });
  const broken = ledger.note(7).replace('\n7\n', '\n6\n');
  const table: readonly (readonly [string, StreamFault, RegExp, (messages: Made[]) => Made[]])[] = [
    ['an event before Ready', 'out-of-order', /before Ready/, (all) => all.slice(1)],
    ['Ready twice', 'out-of-order', /Ready came twice/, (all) => [all[0], ...all]],
    ['CaughtUp twice', 'out-of-order', /CaughtUp came twice/, (all) => [...all, caughtUp(7)]],
    ['a record that is missing', 'gap', /Position 3 came where 2 was next/, (all) => all.toSpliced(3, 1)],
    [
      'a record that came again',
      'repeated',
      /Position 2 came again/,
      (all) => all.toSpliced(3, 0, event(2), event(2)).slice(0, 5),
    ],
    [
      'two records in the other order',
      'gap',
      /Position 3 came where 2/,
      (all) => all.with(3, event(3)).with(4, event(2)),
    ],
    ['CaughtUp before everything came', 'gap', /CaughtUp came at position 4/, (all) => all.toSpliced(5, 1)],
    [
      'a cursor that came before',
      'cursor-back',
      /earlier place/,
      (all) => all.with(4, { ...event(3), cursor: 'cursor 2' }),
    ],
    [
      'a cursor that stands still',
      'cursor-back',
      /earlier place/,
      (all) => all.with(4, { ...event(3), cursor: 'cursor 3' }),
    ],
    [
      'a heartbeat whose cursor goes back',
      'cursor-back',
      /earlier place/,
      (all) => all.with(9, { ...heartbeat(7), cursor: 'cursor 5' }),
    ],
    [
      'another incarnation in a checkpoint',
      'other-incarnation',
      /of incarnation/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: other.note(7) } }),
    ],
    [
      'a checkpoint with one lane twice',
      'lanes-swapped',
      /one lane speaks for both/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: oneLane } }),
    ],
    [
      'lanes that are swapped',
      'lanes-swapped',
      /one lane speaks for both/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: swapped } }),
    ],
    [
      'a checkpoint whose text was altered',
      'not-cosigned',
      /a good signature of DOT-991/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: broken } }),
    ],
    [
      'a checkpoint that is none',
      'malformed',
      /can't be read/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: 'none' } }),
    ],
    [
      'an old head shown again',
      'old-head',
      /of 3 positions came after one of 7/,
      (all) => [...all, heartbeat(7, 3)],
    ],
    [
      'two roots for one size',
      'other-root',
      /have other roots/,
      (all) => [...all, { ...heartbeat(7), checkpoint: { note: forked.note(7) } }],
    ],
    [
      'a head of another branch',
      'other-root',
      /don't give the root/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: forked.note(7) } }),
    ],
    ['a record that was altered', 'other-root', /don't give the root/, (all) => all.with(3, forked.event(2))],
    [
      'a heartbeat of a later place',
      'other-place',
      /before position 8 was sent/,
      (all) => [...all, heartbeat(8)],
    ],
    [
      'a heartbeat of an earlier place',
      'other-place',
      /before position 6 was sent/,
      (all) => [...all, heartbeat(6)],
    ],
    [
      'what both lanes signed and nobody sent',
      'withheld',
      /the log ends at 7/,
      (all) => all.with(9, { ...heartbeat(7), checkpoint: { note: ledger.note(9) } }),
    ],
    [
      'a row of another record',
      'malformed',
      /row of another/,
      (all) => all.with(3, { ...event(2), rows: [{ position: '1' }] }),
    ],
    [
      'a record without its hash',
      'malformed',
      /without its hash/,
      (all) => all.with(3, { ...event(2), recordHash: undefined }),
    ],
    [
      'a hash that is none',
      'malformed',
      /can't be read: HistoryEvent/,
      (all) => all.with(3, { ...event(2), recordHash: 'sha256:burst' }),
    ],
    [
      'a message of no known type',
      'malformed',
      /can't be read: Word/,
      (all) => [...all, { __typename: 'Word' }],
    ],
    ['no message at all', 'malformed', /can't be read/, (all) => [...all, null]],
    ['anything after Reset', 'after-reset', /after Reset/, (all) => [...all, reset(), heartbeat(7)]],
    ['even a second Reset', 'after-reset', /after Reset/, (all) => [...all, reset(), reset()]],
  ];
  test.each(table)('%s', (_, fault, sentence, alter) => {
    const { fault: found, sentence: said } = refusal(() => judged(alter(honest())));
    expect([found, said]).toEqual([fault, expect.stringMatching(sentence)]);
  });

  test('a checkpoint by keys that the caller does not know', () => {
    const unknown = (lane: 'DOT-991' | 'DOT-992') => (lane === 'DOT-992' ? [] : madeKeys(lane));
    expect(refusal(() => judged(honest(), { keys: unknown }))).toEqual({
      fault: 'not-cosigned',
      sentence: 'No key of DOT-992 for a checkpoint of 3 positions is known here.',
    });
  });

  test('everything, once it has refused anything', () => {
    const judge = judged(honest());
    const first = refusal(() => judge.take(event(9), 0));
    expect(refusal(() => judge.take(event(7), 0))).toEqual(first);
    expect(refusal(() => judge.open(0))).toEqual(first);
  });
});

describe('silence', () => {
  test('of more than two heartbeats is refused; any message ends it', () => {
    const judge = judged(honest());
    judge.requireSound(2000);
    expect(refusal(() => judge.requireSound(2001)).fault).toBe('silence');
    judge.take(heartbeat(7), 2001);
    judge.requireSound(4001);
    expect(refusal(() => judge.requireSound(4002)).fault).toBe('silence');
  });

  test('is no fault of the ledger: the next connection goes on', () => {
    const judge = judged(honest());
    expect(refusal(() => judge.requireSound(9000)).fault).toBe('silence');
    judge.open(9000);
    judge.take(ready(8, 7), 9000);
    judge.take(event(7), 9000);
    expect(judge.next).toBe(8);
  });

  test('after the end is none', () => {
    judged([...honest(), reset()]).requireSound(60_000);
  });
});

describe('resuming', () => {
  test('on another connection: no record may be missing in between, and none come again', () => {
    for (const [position, fault] of [
      [8, 'gap'],
      [6, 'repeated'],
    ] as const) {
      const judge = judged([...honest(), reset()]);
      judge.open(0);
      judge.take(ready(9, 7), 0);
      expect(refusal(() => judge.take(event(position), 0)).fault).toBe(fault);
    }
  });

  test('in another process, by a state that went through JSON: the tree goes on', () => {
    for (let split = 1; split <= honest().length; split += 1) {
      const state = judged(honest().slice(0, split)).state();
      const place = honest()
        .slice(0, split)
        .filter((message) => 'position' in message).length;
      const rest = honest()
        .slice(split)
        .filter((message) => 'position' in message);
      const judge = judged(
        [ready(7, place), ...rest, caughtUp(7), heartbeat(7, 7)],
        {},
        JSON.parse(JSON.stringify(state)),
      );
      expect(judge.root).toEqual(judged(honest()).root);
      expect(judge.newest?.size).toBe(7);
    }
  });

  test('a state that was altered is refused', () => {
    const state = judged(honest()).state();
    for (const altered of [{}, 7, { ...state, next: 3 }, { ...state, format: 'cutter-stream/2' }])
      expect(refusal(() => new StreamJudge(WHOLE, altered)).fault).toBe('malformed');
  });

  test('a log that is shorter than before is refused, and so is another incarnation', () => {
    const shorter = judged([...honest(), reset()]);
    shorter.open(0);
    expect(refusal(() => shorter.take(ready(6, 6), 0)).fault).toBe('truncated');
    const elsewhere = judged([...honest(), reset()]);
    elsewhere.open(0);
    expect(refusal(() => elsewhere.take(madeLedger().ready(9, 7), 0)).fault).toBe('other-incarnation');
  });

  test('a reset says why and is no fault', () => {
    const judge = judged(honest());
    expect(judge.take(reset('AUTHORITY_ENDED'), 0).ended).toEqual({
      reason: 'AUTHORITY_ENDED',
      message: 'The server is closing.',
    });
  });
});

describe('checkpoints that come at another time than their records', () => {
  test('one that is ahead is compared when the stream comes to it', () => {
    const ahead = [ready(5, 0), event(0), heartbeat(1), ...[1, 2, 3, 4].map(event)];
    const judge = judged([...ahead, { ...caughtUp(5), checkpoint: { note: ledger.note(6) } }]);
    expect(judge.take(event(5), 0).checkpoint).toMatchObject({ judged: 'agrees', head: { size: 6 } });
    const fork = madeLedger(5, ledger.incarnation);
    const forked = judged([...ahead, { ...caughtUp(5), checkpoint: { note: fork.note(6) } }]);
    expect(refusal(() => forked.take(event(5), 0)).fault).toBe('other-root');
  });

  test('one that is older than the leaves that are kept is left to a proof, and memory stays bounded', () => {
    const count = 20_000;
    const judge = judged([ready(count, 0), ...Array.from({ length: count }, (_, at) => event(at))]);
    const verdict = (size: number) => judge.take(heartbeat(count, size), 0).checkpoint?.judged;
    expect(verdict(100)).toBe('behind');
    expect(verdict(count - 1000)).toBe('agrees');
    expect(JSON.stringify(judge.state()).length).toBeLessThan(100_000);
  });

  test('a stream that began at the head can compare none, and says so', () => {
    const judge = judged([ready(5, 5), caughtUp(5)], { from: 'now' });
    expect(judge.take(heartbeat(5, 5), 0).checkpoint?.judged).toBe('unfolded');
    expect(judge.root).toBeNull();
  });
});

describe('a stream of chosen rows', () => {
  const some: Partial<JudgeOptions> = { everyRecord: false };

  test('may leave records out, and its heartbeats tell how far it came', () => {
    const judge = judged(
      [ready(5, 0), event(1), heartbeat(3), event(4), caughtUp(5, 3), heartbeat(7, 7)],
      some,
    );
    expect(judge.next).toBe(7);
  });

  test.each([
    ['a record behind the last', 'reordered', [event(3), event(1)]],
    ['a record again', 'repeated', [event(3), event(3)]],
    ['a record from before CaughtUp', 'reordered', [caughtUp(5), event(3)]],
    ['a record from before a heartbeat', 'reordered', [heartbeat(4), event(2)]],
    ['a heartbeat behind the last record', 'other-place', [event(3), heartbeat(2)]],
    ['a cursor that goes back', 'cursor-back', [event(1), { ...event(3), cursor: 'cursor 2' }]],
  ] as const)('refuses %s', (_, fault, rest) => {
    expect(refusal(() => judged([ready(5, 0), ...rest], some)).fault).toBe(fault);
  });

  test('from a cursor whose place is not known, the first message tells it', () => {
    expect(judged([ready(9, 4), event(6)], { ...some, from: 'cursor' }).next).toBe(7);
    expect(judged([ready(9, 4), heartbeat(6)], { everyRecord: true, from: 'cursor' }).next).toBe(6);
    expect(judged([ready(9, 9), caughtUp(9)], { everyRecord: true, from: 'cursor' }).next).toBe(9);
  });
});
