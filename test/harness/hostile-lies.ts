/** The lies about a stream of history, by their names. Each is made anew for the client that it is told to. */
import { randomUUID } from 'node:crypto';
import { digestOf } from '../../src/proof/digest.ts';
import {
  headText,
  originIn,
  ownSeeds,
  type Seeds,
  signedAs,
  sizeOf,
  swapped,
  textOf,
  withoutSecond,
} from './hostile-notes.ts';
import type { Lie, Loose, Meeting } from './hostile-server.ts';

/** What a liar knows of the ledger that it stands before. */
export interface Known {
  /** A head that was published long ago. */
  readonly oldNote: string;
  /** What the real lanes sign heads with. */
  readonly seeds: Seeds;
  /** The body of the record at position 3. */
  readonly body: string;
}

type Message = NonNullable<Lie['message']>;

const onRecord =
  (at: number, change: (record: Loose) => readonly Loose[]): Message =>
  (message) =>
    message.__typename === 'HistoryEvent' && Number(message.position) === at ? change(message) : [message];

/** From the client's second stream on. */
const later =
  (lie: Message): Message =>
  (message, meeting) =>
    meeting.stream > 1 ? lie(message, meeting) : [message];

const onType =
  (name: string, change: (message: Loose, meeting: Meeting) => readonly Loose[]): Message =>
  (message, meeting) =>
    message.__typename === name ? change(message, meeting) : [message];

/** Puts another note in the place of every head. */
const onHead =
  (change: (note: string, message: Loose) => string): Message =>
  (message) =>
    message.checkpoint
      ? [{ ...message, checkpoint: { note: change(message.checkpoint.note, message) } }]
      : [message];

/** One message in the place of a whole stream. */
const instead =
  (word: Loose): Message =>
  (message) =>
    message.__typename === 'Ready' ? [word] : [];

const forgedHash = (hash: string): string => digestOf(`forged ${hash}`);

/** Another history from a position on, with heads that are true of it. */
function fork(from: number, seeds: Partial<Seeds>): Message {
  const hashes: string[] = [];
  return (message) => {
    if (message.__typename === 'HistoryEvent') {
      const at = Number(message.position);
      const recordHash = at >= from ? forgedHash(message.recordHash) : message.recordHash;
      hashes[at] = recordHash;
      return [{ ...message, recordHash }];
    }
    return onHead((note) => {
      const size = Math.min(sizeOf(note), hashes.length);
      return size > from ? signedAs(headText(originIn(note), hashes.slice(0, size)), seeds) : note;
    })(message, undefined as never);
  };
}

/** Another history after the first stream's end, under the head that was true then. */
function forkUnderOldHeads(): Message {
  let frozen: string | null = null;
  let live = false;
  return (message) => {
    frozen ??= message.checkpoint?.note ?? null;
    const told = message.checkpoint ? { ...message, checkpoint: { note: frozen } } : message;
    if (message.__typename === 'CaughtUp') live = true;
    return live && message.__typename === 'HistoryEvent'
      ? [{ ...told, recordHash: forgedHash(message.recordHash) }]
      : [told];
  };
}

/** Two records in each other's place: whole, or under each other's position. */
function exchange(first: number, whole: boolean): Message {
  let held: Loose = null;
  return (message) => {
    if (message.__typename !== 'HistoryEvent') return [message];
    if (Number(message.position) === first) {
      held = message;
      return [];
    }
    if (held === null) return [message];
    const [one, other] = [held, message];
    held = null;
    return whole ? [other, one] : [dressed(one, other), dressed(other, one)];
  };
}

/** The place of one record with what another one holds. */
const dressed = ({ cursor, position }: Loose, { recordHash, rows }: Loose): Loose => ({
  __typename: 'HistoryEvent',
  cursor,
  position,
  recordHash,
  rows: rows.map((row: Loose) => ({ ...row, position })),
});

/** A record is left out, and everything behind it moves up. */
function closeUp(at: number): Message {
  const up = (place: string): string => (Number(place) > at ? String(Number(place) - 1) : place);
  return (message) => {
    if (message.__typename === 'HistoryEvent') {
      if (Number(message.position) === at) return [];
      const position = up(message.position);
      return [{ ...message, position, rows: message.rows.map((row: Loose) => ({ ...row, position })) }];
    }
    return [message.head === undefined ? message : { ...message, head: up(message.head) }];
  };
}

/** Nothing that is written after the client has caught up arrives; heads go on where `heads`. */
function keepBack(heads: boolean): Message {
  let place: string | null = null;
  return (message) => {
    if (message.__typename === 'CaughtUp') place = '';
    if (place === null) return [message];
    if (message.__typename === 'HistoryEvent') {
      if (place === '') place = message.position;
      return [];
    }
    if (message.__typename !== 'Heartbeat' || place === '') return [message];
    return [heads ? { ...message, head: place, cursor: `kept ${place}` } : message];
  };
}

const alteredRow = (row: Loose): Loose => ({ ...row, changedBy: randomUUID() });
const beyond = (place: string, more: number): string => String(Number(place) + more);
const shown = (message: string): Loose => ({ __typename: 'Reset', reason: 'LISTENER_LOST', message });

const withBody = (change: (body: string) => string | null): NonNullable<Lie['answers']> => ({
  record: (record, { position }) => {
    if (record === null || position !== '3') return record;
    const body = change(record.body);
    return body === null ? null : { ...record, body };
  },
});
const otherBody = (body: string): string => body.replace('"mode":"rehearsal"', '"mode":"production"');

export const LIES = {
  'a fork under keys of its own': () => ({ message: fork(3, ownSeeds) }),
  'a fork that one real lane has signed for both': ({ seeds }) => ({
    message: fork(3, { 'DOT-991': seeds['DOT-991'], 'DOT-992': seeds['DOT-991'] }),
  }),
  'a fork that one real lane has signed alone': ({ seeds }) => ({
    message: fork(3, { 'DOT-991': seeds['DOT-991'] }),
  }),
  'a fork under the real old heads': () => ({ message: forkUnderOldHeads() }),
  'a second head of one size, under the real keys': ({ seeds }) => {
    let size = 0;
    return {
      message: onHead((note, { __typename }) => {
        if (__typename === 'CaughtUp') size = sizeOf(note);
        const hashes = Array.from({ length: size }, (_, at) => forgedHash(String(at)));
        return __typename === 'Heartbeat' ? signedAs(headText(originIn(note), hashes), seeds) : note;
      }),
    };
  },
  'a record left out': () => ({ message: onRecord(3, () => []) }),
  'a record left out, and the gap closed': () => ({ message: closeUp(3) }),
  'the newest records left out': () => ({ message: keepBack(false) }),
  'the newest records left out, and the heartbeats with them': () => ({ message: keepBack(true) }),
  'a log that is shorter when the client comes back': () => ({
    message: later(onType('Ready', (message) => [{ ...message, head: beyond(message.head, -2) }])),
  }),
  'a cursor that it gave and does not know any more': () => ({
    message: later(instead({ __typename: 'Reset', reason: 'CURSOR_UNKNOWN', message: 'Who are you?' })),
  }),
  'two records in the other order': () => ({ message: exchange(3, true) }),
  'two records under each other’s position': () => ({ message: exchange(3, false) }),
  'a record twice': () => ({ message: onRecord(3, (record) => [record, record]) }),
  'a record again under the next position': () => {
    let before: Loose = null;
    return {
      message: onType('HistoryEvent', (record) => {
        const told = record.position === '4' ? dressed(record, before) : record;
        before = record;
        return [told];
      }),
    };
  },
  'a history row altered': () => ({
    message: onType('HistoryEvent', (record) => [{ ...record, rows: record.rows.map(alteredRow) }]),
  }),
  'a history row kept back': () => ({
    message: onType('HistoryEvent', (record) => [{ ...record, rows: record.rows.slice(1) }]),
  }),
  'a record’s hash altered': () => ({
    message: onRecord(3, (record) => [{ ...record, recordHash: forgedHash(record.recordHash) }]),
  }),
  'a record’s body altered': () => ({ answers: withBody(otherBody) }),
  'a record’s body kept back': () => ({ answers: withBody(() => null) }),
  'a record’s body and hash altered alike': ({ body }) => ({
    answers: withBody(otherBody),
    message: onRecord(3, (record) => [{ ...record, recordHash: digestOf(otherBody(body)) }]),
  }),
  'the lanes’ signatures swapped': () => ({ message: onHead(swapped) }),
  'one lane that signs twice': ({ seeds }) => ({
    message: onHead((note) =>
      signedAs(textOf(note), { 'DOT-991': seeds['DOT-992'], 'DOT-992': seeds['DOT-992'] }),
    ),
  }),
  'a head that one lane has signed': () => ({ message: onHead(withoutSecond) }),
  'a head without its last line’s end': () => ({ message: onHead((note) => note.slice(0, -1)) }),
  'an old head again': ({ oldNote }) => ({
    message: onHead((note, { __typename }) => (__typename === 'Heartbeat' ? oldNote : note)),
  }),
  'heads of another ledger': ({ seeds }) => ({
    message: onHead((note) => signedAs(textOf(note).replace(/^.*\n/, `cutter/${randomUUID()}\n`), seeds)),
  }),
  'heartbeats that claim more than came': () => ({
    message: onType('Heartbeat', (beat) => [{ ...beat, head: beyond(beat.head, 1) }]),
  }),
  'heartbeats that claim less than came': () => ({
    message: onType('Heartbeat', (beat) => [{ ...beat, head: beyond(beat.head, -1) }]),
  }),
  'a heartbeat due once a month': () => ({
    message: onType('Ready', (message) => [{ ...message, heartbeatMs: 2_592_000_000 }]),
  }),
  silence: () => {
    let live = false;
    return {
      message: (message) => {
        if (live) return [];
        live = message.__typename === 'CaughtUp';
        return [message];
      },
    };
  },
  'never Ready': () => ({ message: () => [] }),
  'no answer to a subscription': () => ({ subscribed: () => false }),
  'Reset again and again': () => ({ message: instead(shown('Come back later.')) }),
  'a record before Ready': () => ({ message: onType('Ready', () => []) }),
  'Ready in mid-stream, of another incarnation': () => ({
    message: onRecord(3, (record) => [
      {
        __typename: 'Ready',
        cursor: record.cursor,
        head: '9',
        heartbeatMs: 1_000,
        incarnation: randomUUID(),
      },
      record,
    ]),
  }),
  'another incarnation when the client comes back': () => ({
    message: later(onType('Ready', (message) => [{ ...message, incarnation: randomUUID() }])),
  }),
  'CaughtUp before everything has come': () => ({
    message: onRecord(3, (record) => [{ __typename: 'CaughtUp', cursor: 'soon', checkpoint: null }, record]),
  }),
  'CaughtUp twice': () => ({ message: onType('CaughtUp', (message) => [message, message]) }),
  'more after Reset': () => ({
    message: onRecord(3, (record) => [shown('The server is closing.'), record]),
  }),
  'a cursor of an earlier place': () => {
    let first: string | null = null;
    return {
      message: onType('HistoryEvent', (record) => {
        first ??= record.cursor as string;
        return [record.position === '4' ? { ...record, cursor: first } : record];
      }),
    };
  },
  'a position that is no number': () => ({
    message: onRecord(3, (record) => [{ ...record, position: '٣' }]),
  }),
  'a message of another kind': () => ({ message: onRecord(3, () => [{ __typename: 'Confession' }]) }),
  'a record without its hash': () => ({ message: onRecord(3, ({ recordHash: _, ...rest }) => [rest]) }),
  'rows of another record': () => ({
    message: onType('HistoryEvent', (record) => [
      { ...record, rows: record.rows.map((row: Loose) => ({ ...row, position: '0' })) },
    ]),
  }),
} as const satisfies Record<string, (known: Known) => Lie>;
export type LieName = keyof typeof LIES;
