import { describe, expect, test } from 'vitest';
import type { LedgerAnswers, Next } from '../../../src/monitor/followed-ledger.ts';
import { LedgerMonitor } from '../../../src/monitor/ledger-monitor.ts';
import { originOf } from '../../../src/proof/checkpoint.ts';
import { keyIdOf } from '../../../src/proof/keyid.ts';
import { leafHash, rootOf } from '../../../src/proof/merkle.ts';
import { type Made, type MadeLedger, madeKeys, madeLedger } from '../../harness/made-stream.ts';

const LANES = ['DOT-991', 'DOT-992'] as const;
const ledger = madeLedger();
const { ready, caughtUp, heartbeat, note, reset } = ledger;
const event = (position: number, of: MadeLedger = ledger): Made => ({ ...of.event(position), rows: [] });
const events = (from: number, until: number, of = ledger): Made[] =>
  Array.from({ length: until - from }, (_, at) => event(from + at, of));

/** RFC 6962 §2.1.2, over all leaves, by its recursion. */
function proofBetween(from: number, to: number): Uint8Array[] {
  const leaves = events(0, to).map(({ recordHash }) => leafHash(Buffer.from(recordHash.slice(7), 'hex')));
  const sub = (m: number, part: Uint8Array[], whole: boolean): Uint8Array[] => {
    if (m === part.length) return whole ? [] : [rootOf(part)];
    const split = 2 ** Math.ceil(Math.log2(part.length) - 1);
    return m <= split
      ? [...sub(m, part.slice(0, split), whole), rootOf(part.slice(split))]
      : [...sub(m - split, part.slice(split), false), rootOf(part.slice(0, split))];
  };
  return sub(from, leaves, true);
}

interface Opened {
  readonly monitor: LedgerMonitor;
  /** What was found, without the bodies that a stream made by hand hasn't. */
  found(): string[];
  /** All messages; gives back what followed from the last. */
  give(...messages: Made[]): Promise<Next | undefined>;
  pass(ms: number): void;
}

function opened(answers: Partial<LedgerAnswers> = {}, state?: unknown): Opened {
  let now = 1_000_000;
  const keys = LANES.map((lane) => {
    const publicKey = Buffer.from(madeKeys(lane)[0] as Uint8Array);
    return {
      keyId: keyIdOf(publicKey),
      lane,
      purpose: 'checkpoint' as const,
      publicKey,
      from: 0,
      until: null,
    };
  });
  const monitor = new LedgerMonitor({
    known: { origin: originOf(ledger.incarnation), keys },
    bounds: { verifyMs: 1000, escalationMs: 1000, unsignedMs: 60_000 },
    now: () => now,
    answers: {
      bodies: async (positions) => positions.map(() => null),
      checkpoint: async () => null,
      consistencyProof: async (from, to) => proofBetween(from, to),
      passport: async () => ({ text: null, why: 'there is none', later: false }),
      ...answers,
    },
    ...(state === undefined ? {} : { state }),
  });
  monitor.open();
  return {
    monitor,
    found: () =>
      monitor
        .drain()
        .map(({ verdict }) => verdict as string)
        .filter((verdict) => verdict !== 'record-withheld'),
    async give(...messages) {
      let next: Next | undefined;
      for (const message of messages) next = await monitor.take(message);
      return next;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('a head', () => {
  test('is believed once what it covers was read, and proved from the one before', async () => {
    const { monitor, found, give } = opened();
    expect(await give(ready(5, 0), ...events(0, 5), caughtUp(5, 3), ...events(5, 9), heartbeat(9, 8))).toBe(
      'go-on',
    );
    expect(monitor.provedSize).toBe(8);
    expect(found()).toEqual([]);
  });

  test('that covers more than has arrived waits for it', async () => {
    const { monitor, found, give } = opened();
    await give(ready(5, 0), ...events(0, 5), caughtUp(5, 7));
    expect(monitor.provedSize).toBe(0);
    expect(await give(...events(5, 7), heartbeat(7, 7))).toBe('go-on');
    expect(monitor.provedSize).toBe(7);
    expect(found()).toEqual([]);
  });

  test('of more than the log is said to have is withheld', async () => {
    const { found, give } = opened();
    expect(await give(ready(5, 0), ...events(0, 5), caughtUp(5, 7), heartbeat(5, 5))).toBe('ended');
    expect(found()).toEqual(['withheld']);
  });

  test('that was asked for may overtake one on its way in the stream', async () => {
    const { monitor, found, give } = opened();
    await give(ready(5, 0), ...events(0, 5), caughtUp(5, 3), ...events(5, 9));
    expect(await monitor.takeHead(note(9))).toBe('go-on');
    expect(await give(heartbeat(9, 7))).toBe('go-on');
    expect(monitor.provedSize).toBe(9);
    expect(found()).toEqual([]);
  });

  test('that was asked for and covers more is withheld by the second heartbeat that knows nothing of it', async () => {
    const { monitor, found, give } = opened();
    await give(ready(5, 0), ...events(0, 5), caughtUp(5, 5));
    expect(await monitor.takeHead(note(9))).toBe('go-on');
    expect(await give(heartbeat(5))).toBe('go-on');
    expect(await give(heartbeat(5))).toBe('ended');
    expect(found()).toEqual(['withheld']);
  });

  test('older than the stream’s own last is refused, and so is an older one that was asked for', async () => {
    const inStream = opened();
    expect(await inStream.give(ready(5, 0), ...events(0, 5), caughtUp(5, 5), heartbeat(5, 3))).toBe('ended');
    expect(inStream.found()).toEqual(['old-head']);
    const asked = opened();
    await asked.give(ready(5, 0), ...events(0, 5), caughtUp(5, 5));
    expect(await asked.monitor.takeHead(note(4))).toBe('ended');
    expect(asked.found()).toEqual(['old-head']);
  });

  test('older than what an earlier run has seen is refused at once', async () => {
    const first = opened();
    await first.give(ready(5, 0), ...events(0, 5), caughtUp(5, 5));
    const state = JSON.parse(JSON.stringify(first.monitor.state()));
    const second = opened({}, state);
    expect(await second.give(ready(5, 5), caughtUp(5, 4))).toBe('ended');
    expect(second.found()).toEqual(['old-head']);
    const third = opened({}, state);
    expect(await third.give(ready(4, 4))).toBe('ended');
    expect(third.found()).toEqual(['truncated']);
  });

  test('of a fork, of other keys, or of rubbish is refused, shown or asked for', async () => {
    const forked = madeLedger(2, ledger.incarnation);
    const swapped = note(5, { 'DOT-991': 'DOT-992', 'DOT-992': 'DOT-991' });
    for (const [text, verdict] of [
      [forked.note(5), 'other-root'],
      [swapped, 'lanes-swapped'],
      [madeLedger().note(5), 'other-incarnation'],
      ['rubbish', 'malformed'],
      [note(5).replace('\n5\n', '\n05\n'), 'malformed'],
    ] as const) {
      const shown = opened();
      expect(
        await shown.give(ready(5, 0), ...events(0, 5), { ...caughtUp(5), checkpoint: { note: text } }),
      ).toBe('ended');
      expect(shown.found(), verdict).toEqual([verdict]);
      const asked = opened();
      await asked.give(ready(5, 0), ...events(0, 5), caughtUp(5));
      expect(await asked.monitor.takeHead(text)).toBe('ended');
      expect(asked.found(), verdict).toEqual([verdict]);
    }
  });

  test('that can’t be proved from the one before is told, and judging goes on', async () => {
    for (const proof of [null, [Buffer.alloc(32)], []]) {
      const { monitor, found, give } = opened({ consistencyProof: async () => proof });
      expect(await give(ready(5, 0), ...events(0, 5), caughtUp(5, 3), heartbeat(5, 5))).toBe('go-on');
      expect(found()).toEqual(['inconsistent']);
      expect(monitor.provedSize).toBe(5);
    }
  });

  test('asked for before the stream has begun is left alone', async () => {
    const { monitor, found } = opened();
    expect(await monitor.takeHead(note(5))).toBe('go-on');
    expect(found()).toEqual([]);
  });
});

describe('records that no head covers', () => {
  test('are told once their time is over, in a replay too', async () => {
    const { found, give, pass } = opened();
    await give(ready(1_000_000, 0), ...events(0, 5));
    expect(found()).toEqual([]);
    pass(61_000);
    await give(...events(5, 6));
    expect(found()).toEqual(['unsigned']);
    pass(61_000);
    expect(found()).toEqual([]);
  });

  test('are in good order while the newest head lies ahead', async () => {
    const { monitor, found, give, pass } = opened();
    await give(ready(9, 0), ...events(0, 5));
    await monitor.takeHead(note(9));
    expect(found()).toEqual([]);
    pass(61_000);
    await give(...events(5, 9), caughtUp(9, 9));
    expect(found()).toEqual([]);
    expect(monitor.provedSize).toBe(9);
  });
});

describe('the stream’s end', () => {
  test.each([
    ['LISTENER_LOST', 'reconnect', []],
    ['AUTHORITY_ENDED', 'refused', []],
    ['CURSOR_UNKNOWN', 'ended', ['restored']],
    ['INCARNATION_CHANGED', 'other', []],
    ['LOG_BROKEN', 'ended', ['gap']],
    ['BECAUSE', 'ended', ['malformed']],
  ])('%s: %s', async (reason, next, verdicts) => {
    const { found, give } = opened();
    expect(await give(ready(5, 0), ...events(0, 2), reset(reason))).toBe(next);
    expect(found()).toEqual(verdicts);
  });

  test.each<[string, Made]>([
    ['nothing', null],
    ['a number', 5],
    ['a list', []],
    ['an unknown message', { __typename: 'Gossip' }],
    ['a record without its hash', { ...event(2), recordHash: undefined }],
    ['rows of another form', { ...event(2), rows: [{ historyId: 5 }] }],
    ['a heartbeat with a note that is none', { ...heartbeat(2), checkpoint: { note: 5 } }],
    ['a heartbeat with a checkpoint that is none', { ...heartbeat(2), checkpoint: 5 }],
    ['a gap', event(3)],
  ])('%s ends it, without an exception', async (_, message) => {
    const { found, give } = opened();
    expect(await give(ready(5, 0), ...events(0, 2), message)).toBe('ended');
    expect(found()).toHaveLength(1);
  });
});
