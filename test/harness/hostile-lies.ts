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
import { FIRST_RECORDS } from './keys.ts';

/** What a liar knows of the ledger that it stands before. */
export interface Known {
  /** A head that was published long ago. */
  readonly oldNote: string;
  /** What the real lanes sign heads with. */
  readonly seeds: Seeds;
  /** The body of a record. */
  bodyAt(position: number): Promise<string>;
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

/** The same record as somebody else would have it: of its form, and with another hash. */
const otherBody = (body: string): string => body.replace('"mode":"rehearsal"', '"mode":"production"');

/** Another history wherever `from` says so, whole: hashes, and the bodies that give them. */
function forge({ bodyAt }: Known, from: (position: number) => boolean) {
  const hashAt = async (position: number): Promise<string> => digestOf(otherBody(await bodyAt(position)));
  return {
    hashAt,
    record: async (message: Loose): Promise<Loose> =>
      from(Number(message.position))
        ? { ...message, recordHash: await hashAt(Number(message.position)) }
        : message,
    answers: {
      record: (record: Loose, { position }: Loose) =>
        record !== null && from(Number(position)) ? { ...record, body: otherBody(record.body) } : record,
    },
  };
}

/** Another history from a position on, with heads that are true of it. */
function fork(known: Known, from: number, seeds: Partial<Seeds>): Lie {
  const forged = forge(known, (position) => position >= from);
  const hashes: string[] = [];
  const noteOf = (note: string): string => {
    const size = Math.min(sizeOf(note), hashes.length);
    return size > from ? signedAs(headText(originIn(note), hashes.slice(0, size)), seeds) : note;
  };
  return {
    answers: { ...forged.answers, checkpoint: (head: Loose) => ({ ...head, note: noteOf(head.note) }) },
    message: async (message, meeting) => {
      if (message.__typename !== 'HistoryEvent') return onHead(noteOf)(message, meeting);
      const told = await forged.record(message);
      hashes[Number(message.position)] = told.recordHash;
      return [told];
    },
  };
}

/** Another history after the first stream's end, under the head that was true then. */
function forkUnderOldHeads(known: Known): Lie {
  let frozen: string | null = null;
  let from = Number.POSITIVE_INFINITY;
  const forged = forge(known, (position) => position >= from);
  return {
    answers: { ...forged.answers, checkpoint: (head: Loose) => ({ ...head, note: frozen ?? head.note }) },
    message: async (message) => {
      frozen ??= message.checkpoint?.note ?? null;
      if (message.__typename === 'CaughtUp') from = Math.min(from, sizeOf(frozen as string));
      if (message.__typename === 'HistoryEvent') return [await forged.record(message)];
      return [message.checkpoint ? { ...message, checkpoint: { note: frozen } } : message];
    },
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

/** Where a fork begins: behind the records about keys, which begin a log. */
const FORKED = FIRST_RECORDS + 1;

export const LIES = {
  'a fork under keys of its own': (known) => fork(known, FORKED, ownSeeds),
  'a fork that one real lane has signed for both': (known) =>
    fork(known, FORKED, { 'DOT-991': known.seeds['DOT-991'], 'DOT-992': known.seeds['DOT-991'] }),
  'a fork that one real lane has signed alone': (known) =>
    fork(known, FORKED, { 'DOT-991': known.seeds['DOT-991'] }),
  'a fork under the real old heads': forkUnderOldHeads,
  'a second head of one size, under the real keys': ({ seeds }) => {
    let size = 0;
    return {
      message: onHead((note, { __typename }) => {
        if (__typename === 'CaughtUp') size = sizeOf(note);
        const hashes = Array.from({ length: size }, (_, at) => digestOf(String(at)));
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
    message: onRecord(3, (record) => [{ ...record, recordHash: digestOf(record.recordHash) }]),
  }),
  'a record’s body altered': () => ({ answers: withBody(otherBody) }),
  'a record’s body kept back': () => ({ answers: withBody(() => null) }),
  'a record’s body and hash altered alike': (known) => {
    const forged = forge(known, (position) => position === FORKED);
    return {
      answers: forged.answers,
      message: async (message) => [
        message.__typename === 'HistoryEvent' ? await forged.record(message) : message,
      ],
    };
  },
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
    let begun = false;
    return {
      message: (message) => {
        if (live) return [];
        // What still comes of an earlier stream says nothing of this one.
        begun ||= message.__typename === 'Ready';
        live = begun && message.__typename === 'CaughtUp';
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
