import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, openClient } from '../../src/cli/client/client.ts';
import { watchHistory } from '../../src/cli/watch.ts';
import { type Followed, type FollowOptions, follow, StreamEnded } from '../../src/monitor/follow.ts';
import { type StreamFault, StreamRefused } from '../../src/monitor/judges/stream-refused.ts';
import { marked, verified } from '../harness/cycle.ts';
import { type Known, LIES, type LieName } from '../harness/hostile-lies.ts';
import { LANES, sizeOf } from '../harness/hostile-notes.ts';
import { HONEST, type HostileServer, hostileServer } from '../harness/hostile-server.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { again, headKey } from '../log/checkpoint/checkpoint-ground.ts';

let server: TestServer;
let hostile: HostileServer;
let known: Known;

const HEARTBEAT_MS = 300;

beforeAll(async () => {
  server = await testServer({ heartbeatMs: HEARTBEAT_MS });
  hostile = await hostileServer(server);
  await verified(server);
  const oldNote = (await published()).note;
  await verified(server);
  await published();
  const seeds = Object.fromEntries(LANES.map((lane) => [lane, headKey(server.database, lane).seed]));
  known = {
    oldNote,
    seeds: seeds as Known['seeds'],
    bodyAt: async (position) => {
      const query = 'query ($position: Position!) { record(position: $position) { body } }';
      const { body } = await server.gql(server.tokens.administrator, query, { position: String(position) });
      return body.data.record.body;
    },
  };
});
afterAll(() => hostile.close());

/** The newest head, once it covers the whole log. */
async function published(): Promise<{ note: string; size: number }> {
  return again(async () => {
    const { body } = await server.gql(server.tokens.observer, '{ checkpoint { note } }');
    const { nextPosition } = await server.feed.head();
    const note = body.data.checkpoint?.note as string | undefined;
    const { rows } = await server.superuser.query('select count(*)::int as waiting from cutter_log.pending');
    const whole = note !== undefined && rows[0].waiting === 0 && sizeOf(note) === Number(nextPosition);
    return whole ? { note, size: sizeOf(note) } : null;
  });
}

function following(more: Partial<FollowOptions> = {}) {
  return follow({
    url: hostile.url,
    token: server.tokens.observer,
    keys: (lane) => [headKey(server.database, lane).publicKey],
    ...more,
  });
}

const BODY = {
  toString: () => 'query Body($position: Position!) { record(position: $position) { body } }',
} as Operation<{ readonly record: { readonly body: string } | null }, { readonly position: string }>;

/** Reads the records themselves, as who holds evidence may. */
function bodies(): NonNullable<FollowOptions['bodies']> {
  const answers = openClient({ url: hostile.url, token: server.tokens.administrator, who: 'administrator' });
  return async (position) =>
    (await answers.execute(BODY, { position: String(position) })).record?.body ?? null;
}

/** What a client believed, and why it stopped. */
async function told(follower: AsyncIterable<Followed>, onCaughtUp: () => Promise<void>) {
  const records: number[] = [];
  let turns = 0;
  try {
    for await (const followed of follower) {
      if (followed.kind === 'record') records.push(followed.position);
      if (followed.kind === 'caughtUp' && turns === 0) {
        turns += 1;
        await onCaughtUp();
      }
    }
  } catch (error) {
    return { records, error: error as Error };
  }
  return { records, error: null };
}

type Turn = 'quiet' | 'write' | 'cut';
const TURNS: Readonly<Record<Turn, () => Promise<void>>> = {
  quiet: async () => {},
  write: async () => void (await marked(server)),
  cut: async () => hostile.cut(),
};

/** What happens once the client has caught up, with what fault it refuses, and its sentence. */
const REFUSALS: Readonly<Record<LieName, readonly [Turn, StreamFault | 'CURSOR_UNKNOWN', RegExp]>> = {
  'a fork under keys of its own': ['quiet', 'not-cosigned', /doesn't carry a good signature of DOT-991\.$/],
  'a fork that one real lane has signed for both': [
    'quiet',
    'lanes-swapped',
    /is signed for DOT-992 with a key of DOT-991: one lane speaks for both\.$/,
  ],
  'a fork that one real lane has signed alone': [
    'quiet',
    'not-cosigned',
    /doesn't carry a good signature of DOT-992\.$/,
  ],
  'a fork under the real old heads': [
    'write',
    'unsigned',
    /^The record at position \d+ came \d+ ms ago, and no head that both lanes signed covers it; \d+ positions are covered\.$/,
  ],
  'a second head of one size, under the real keys': [
    'quiet',
    'other-root',
    /^Two checkpoints of \d+ positions have other roots\.$/,
  ],
  'a record left out': ['quiet', 'gap', /^Position 4 came where 3 was next\.$/],
  'a record left out, and the gap closed': [
    'quiet',
    'withheld',
    /^A heartbeat says that the log ends at \d+; both lanes have signed \d+ positions\.$/,
  ],
  'the newest records left out': [
    'write',
    'other-place',
    /^A heartbeat says that everything before position \d+ was sent; what arrived leads to \d+\.$/,
  ],
  'the newest records left out, and the heartbeats with them': [
    'write',
    'withheld',
    /^A heartbeat says that the log ends at/,
  ],
  'a log that is shorter when the client comes back': [
    'cut',
    'truncated',
    /^The log has \d+ positions now; \d+ were known before\.$/,
  ],
  'a cursor that it gave and does not know any more': [
    'cut',
    'CURSOR_UNKNOWN',
    /^The ledger ended the stream \(CURSOR_UNKNOWN\): Who are you\?$/,
  ],
  'two records in the other order': ['quiet', 'gap', /^Position 4 came where 3 was next\.$/],
  'two records under each other’s position': [
    'quiet',
    'other-root',
    /^The records before position \d+ don't give the root that both lanes signed/,
  ],
  'a record twice': ['quiet', 'repeated', /^Position 3 came again; 4 was next\.$/],
  'a record again under the next position': [
    'quiet',
    'other-root',
    /^The records before position \d+ don't give the root that both lanes signed/,
  ],
  'a history row altered': [
    'quiet',
    'other-rows',
    /^Row 0 of the record at position \d+ came with another changedBy than the record holds\.$/,
  ],
  'a history row kept back': [
    'quiet',
    'other-rows',
    /^The stream shows 0 rows of the record at position \d+, which holds 1\.$/,
  ],
  'a record’s hash altered': [
    'quiet',
    'other-root',
    /^The records before position \d+ don't give the root that both lanes signed/,
  ],
  'a record’s body altered': ['quiet', 'other-record', /^The body given for position 3 has the hash/],
  'a record’s body kept back': [
    'quiet',
    'other-record',
    /^The ledger gives no body for the record at position 3\.$/,
  ],
  'a record’s body and hash altered alike': [
    'quiet',
    'other-root',
    /^The records before position \d+ don't give the root that both lanes signed/,
  ],
  'the lanes’ signatures swapped': ['quiet', 'not-cosigned', /doesn't carry a good signature of DOT-991\.$/],
  'one lane that signs twice': [
    'quiet',
    'lanes-swapped',
    /is signed for DOT-991 with a key of DOT-992: one lane speaks for both\.$/,
  ],
  'a head that one lane has signed': [
    'quiet',
    'not-cosigned',
    /doesn't carry a good signature of DOT-99\d\.$/,
  ],
  'a head without its last line’s end': [
    'quiet',
    'malformed',
    /^A checkpoint can't be read: The note has no signatures/,
  ],
  'an old head again': [
    'quiet',
    'old-head',
    /^A checkpoint of \d+ positions came after one of \d+: an old head is shown again\.$/,
  ],
  'heads of another ledger': [
    'quiet',
    'other-incarnation',
    /^The stream is of incarnation .*, and a checkpoint in it of cutter\//,
  ],
  'heartbeats that claim more than came': [
    'quiet',
    'other-place',
    /^A heartbeat says that everything before position/,
  ],
  'heartbeats that claim less than came': [
    'quiet',
    'other-place',
    /^A heartbeat says that everything before position/,
  ],
  'a heartbeat due once a month': ['quiet', 'malformed', /^A message of the stream can't be read: Ready\.$/],
  silence: ['quiet', 'silence', /^For \d+ ms the ledger has told nothing\. Nothing came/],
  'never Ready': ['quiet', 'silence', /^For \d+ ms the ledger has told nothing\. Nothing came/],
  'no answer to a subscription': [
    'quiet',
    'silence',
    /^For \d+ ms the ledger has told nothing\. Nothing came/,
  ],
  'Reset again and again': [
    'quiet',
    'silence',
    /^For \d+ ms the ledger has told nothing\. Come back later\.$/,
  ],
  'a record before Ready': ['quiet', 'out-of-order', /^HistoryEvent came before Ready\.$/],
  'Ready in mid-stream, of another incarnation': ['quiet', 'out-of-order', /^Ready came twice\.$/],
  'another incarnation when the client comes back': [
    'cut',
    'other-incarnation',
    /^The ledger is now of incarnation .*; it was of/,
  ],
  'CaughtUp before everything has come': [
    'quiet',
    'gap',
    /^CaughtUp came at position 3; the log had \d+ when the stream began\.$/,
  ],
  'CaughtUp twice': ['quiet', 'out-of-order', /^CaughtUp came twice\.$/],
  'more after Reset': ['quiet', 'after-reset', /^A message came after Reset, which is the last\.$/],
  'a cursor of an earlier place': [
    'quiet',
    'cursor-back',
    /^A cursor came again that belonged to an earlier place\.$/,
  ],
  'a position that is no number': [
    'quiet',
    'malformed',
    /^A message of the stream can't be read: HistoryEvent\.$/,
  ],
  'a message of another kind': [
    'quiet',
    'malformed',
    /^A message of the stream can't be read: Confession\.$/,
  ],
  'a record without its hash': ['quiet', 'malformed', /came without its hash/],
  'rows of another record': [
    'quiet',
    'malformed',
    /^The record at position \d+ holds a row of another one\.$/,
  ],
};

/** Lies about what records hold: the tree vouches for their hashes, so only who reads the bodies sees them. */
const OF_BODIES: ReadonlySet<LieName> = new Set<LieName>([
  'a history row altered',
  'a history row kept back',
  'a record’s body altered',
  'a record’s body kept back',
  'a record’s body and hash altered alike',
]);

describe('a client that follows a hostile server stops, and says why', () => {
  test.each(Object.keys(LIES) as LieName[])('%s', async (name) => {
    const { size } = await published();
    const [turn, fault, sentence] = REFUSALS[name];
    hostile.tell(LIES[name](known));
    const follower = following({
      ...(OF_BODIES.has(name) ? { bodies: bodies() } : {}),
      ...(fault === 'unsigned' ? { unsignedMs: 1_500 } : {}),
      ...(fault === 'silence' ? { patienceMs: 900 } : {}),
    });
    const { error, records } = await told(follower, TURNS[turn]);
    hostile.tell(HONEST);
    expect(error, String(error?.stack)).toBeInstanceOf(
      fault === 'CURSOR_UNKNOWN' ? StreamEnded : StreamRefused,
    );
    if (error instanceof StreamRefused) expect(error.fault, error.message).toBe(fault);
    expect(error?.message).toMatch(sentence);
    expect(records).toEqual(Array.from({ length: records.length }, (_, at) => at));
    expect(records.length).toBeLessThanOrEqual(size + 2);
  });
});

describe('through an honest one the same client is content', () => {
  test('every record comes once, in order, across lost connections, held to its body; heads agree', async () => {
    const stop = new AbortController();
    const positions: number[] = [];
    const heads: number[] = [];
    const follower = following({ bodies: bodies(), signal: stop.signal });
    let lost = 0;
    for await (const followed of follower) {
      if (followed.kind === 'record') positions.push(followed.position);
      if (followed.kind === 'head' && followed.judged === 'agrees') heads.push(followed.head.size);
      if (followed.kind === 'caughtUp' && lost < 3) {
        lost += 1;
        await marked(server);
        hostile.cut();
      }
      if (lost === 3 && heads.at(-1) === (await published()).size) stop.abort();
    }
    const { size } = await published();
    expect(positions).toEqual(Array.from({ length: size }, (_, at) => at));
    expect(heads).toEqual(heads.toSorted((one, other) => one - other));
    expect(hostile.streams).toBeGreaterThanOrEqual(4);
  });

  test('another follower goes on from where one stood, and is not told a shorter past', async () => {
    const stop = new AbortController();
    const first = following({ signal: stop.signal });
    for await (const followed of first)
      if (followed.kind === 'head' && followed.judged === 'agrees') stop.abort();
    const state: unknown = JSON.parse(JSON.stringify(first.state()));
    await marked(server);
    const { size } = await published();
    hostile.tell({
      message: (message) => [message.__typename === 'Ready' ? { ...message, head: '2' } : message],
    });
    const { error } = await told(following({ state }), TURNS.quiet);
    hostile.tell(HONEST);
    expect(error).toMatchObject({ fault: 'truncated' });
    const again = new AbortController();
    const positions: number[] = [];
    for await (const followed of following({ state, signal: again.signal })) {
      if (followed.kind === 'record') positions.push(followed.position);
      if (followed.kind === 'caughtUp') again.abort();
    }
    expect(positions).toEqual([size - 2, size - 1]);
  });
});

describe('the command line’s own watching, which has no keys, stops at whatever it can see', () => {
  test.each([
    ['a record left out', /^The stream of history can't be believed: Position 4 came where 3 was next\.$/],
    ['a record twice', /can't be believed: Position 3 came again; 4 was next\.$/],
    ['a message of another kind', /can't be believed: A message of the stream can't be read: Confession\.$/],
    ['CaughtUp twice', /can't be believed: CaughtUp came twice\.$/],
    ['heads of another ledger', /can't be believed: The stream is of incarnation/],
    ['Reset again and again', /^The stream of history ended: Come back later\.$/],
    ['silence', /can't be believed: Nothing came for \d+ ms, though a heartbeat is due every 300 ms/],
  ] as const)('%s', async (name, sentence) => {
    hostile.tell(LIES[name](known));
    const watching = watchHistory({ url: hostile.url, token: server.tokens.observer, after: '' });
    await expect(watching.rows(() => false, 1)).rejects.toThrow(sentence);
    await watching.close();
    hostile.tell(HONEST);
  });
});
