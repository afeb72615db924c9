import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { watchHistory } from '../../src/cli/watch.ts';
import type { MonitorVerdict } from '../../src/monitor/judges/finding.ts';
import { marked, verified } from '../harness/cycle.ts';
import { type Known, LIES, type LieName } from '../harness/hostile-lies.ts';
import {
  LANES,
  ownSeeds,
  signedAs,
  sizeOf,
  swapped,
  textOf,
  withoutSecond,
} from '../harness/hostile-notes.ts';
import { type PassportGround, UNFIT, UNTRUE } from '../harness/hostile-passports.ts';
import {
  HONEST,
  type HostileServer,
  hostileServer,
  type Lie,
  type Loose,
} from '../harness/hostile-server.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { OUTLASTS_LIARS_MS } from '../harness/timeouts.ts';
import { again, headKey } from '../log/checkpoint/checkpoint-ground.ts';
import { type WatchOptions, watched } from '../monitor/monitor-ground.ts';
import { issued } from '../passport/passport-ground.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

let server: TestServer;
let hostile: HostileServer;
let known: Known;
let passports: PassportGround;

beforeAll(async () => {
  server = await testServer({ heartbeatMs: 300 });
  hostile = await hostileServer(server);
  const one = await verified(server);
  const oldNote = await published();
  const another = await verified(server);
  await published();
  await issued(server, one.changeSetId);
  const { __typename, text, digest } = await issued(server, another.changeSetId);
  const seeds = Object.fromEntries(
    LANES.map((lane) => [lane, headKey(server.database, lane).seed]),
  ) as Known['seeds'];
  known = {
    oldNote,
    seeds,
    bodyAt: async (position) => {
      const query = 'query ($position: Position!) { record(position: $position) { body } }';
      const { body } = await server.gql(server.tokens.administrator, query, { position: String(position) });
      return body.data.record.body;
    },
  };
  passports = { other: { __typename, text, digest }, seeds, token: server.tokens.administrator };
});
afterAll(() => hostile.close());

/** The newest head, once it covers the whole log. */
async function published(): Promise<string> {
  return again(async () => {
    const { body } = await server.gql(server.tokens.observer, '{ checkpoint { note } }');
    const { rows } = await server.superuser.query(
      'select (select count(*) from cutter_log.pending)::int as waiting, next_position::int as head from cutter_log.head',
    );
    const note = body.data.checkpoint?.note as string | undefined;
    return note !== undefined && rows[0].waiting === 0 && sizeOf(note) === rows[0].head ? note : null;
  });
}

const FOOLED_MS = 25_000;

type Turn = 'quiet' | 'write' | 'cut';
const TURNS: Readonly<Record<Turn, () => unknown>> = {
  quiet: () => {},
  write: () => marked(server),
  cut: () => hostile.cut(),
};

/** `cutter monitor` behind the liar, until it finds something. */
async function monitored(lie: Lie, turn: Turn = 'quiet', more: WatchOptions = {}) {
  hostile.tell(lie, TURNS[turn]);
  // One that is fooled would follow for ever.
  const around = { ...more.around, signal: AbortSignal.timeout(FOOLED_MS) };
  const result = await watched(server, { url: hostile.url, once: false, ...more, around });
  hostile.tell(HONEST);
  for (const line of result.lines)
    for (const token of Object.values(server.tokens)) expect(line).not.toContain(token);
  return result;
}

/** What happens once the monitor has caught up, and the verdict of what it finds first. */
const VERDICTS: Readonly<Record<LieName, readonly [Turn, MonitorVerdict]>> = {
  'a fork under keys of its own': ['quiet', 'not-cosigned'],
  'a fork that one real lane has signed for both': ['quiet', 'lanes-swapped'],
  'a fork that one real lane has signed alone': ['quiet', 'not-cosigned'],
  'a fork under the real old heads': ['write', 'unsigned'],
  'a second head of one size, under the real keys': ['quiet', 'other-root'],
  'a record left out': ['quiet', 'gap'],
  'a record left out, and the gap closed': ['quiet', 'record-altered'],
  'the newest records left out': ['write', 'other-place'],
  'the newest records left out, and the heartbeats with them': ['write', 'withheld'],
  'a log that is shorter when the client comes back': ['cut', 'truncated'],
  'a cursor that it gave and does not know any more': ['cut', 'restored'],
  'two records in the other order': ['quiet', 'gap'],
  'two records under each other’s position': ['quiet', 'record-altered'],
  'a record twice': ['quiet', 'repeated'],
  'a record again under the next position': ['quiet', 'record-altered'],
  'a history row altered': ['quiet', 'other-rows'],
  'a history row kept back': ['quiet', 'other-rows'],
  'a record’s hash altered': ['quiet', 'record-altered'],
  'a record’s body altered': ['quiet', 'record-altered'],
  'a record’s body kept back': ['quiet', 'record-withheld'],
  // Altered like this it contradicts the records behind it, before a head comes.
  'a record’s body and hash altered alike': ['quiet', 'modes-mixed'],
  'the lanes’ signatures swapped': ['quiet', 'not-cosigned'],
  'one lane that signs twice': ['quiet', 'lanes-swapped'],
  'a head that one lane has signed': ['quiet', 'not-cosigned'],
  'a head without its last line’s end': ['quiet', 'malformed'],
  'an old head again': ['quiet', 'old-head'],
  'heads of another ledger': ['quiet', 'other-incarnation'],
  'heartbeats that claim more than came': ['quiet', 'other-place'],
  'heartbeats that claim less than came': ['quiet', 'other-place'],
  'a heartbeat due once a month': ['quiet', 'malformed'],
  silence: ['quiet', 'silence'],
  'never Ready': ['quiet', 'silence'],
  'no answer to a subscription': ['quiet', 'silence'],
  'Reset again and again': ['quiet', 'silence'],
  'a record before Ready': ['quiet', 'out-of-order'],
  'Ready in mid-stream, of another incarnation': ['quiet', 'restored'],
  'another incarnation when the client comes back': ['cut', 'other-incarnation'],
  'CaughtUp before everything has come': ['quiet', 'gap'],
  'CaughtUp twice': ['quiet', 'out-of-order'],
  // It reads no further than Reset: what comes after it is never heard.
  'more after Reset': ['quiet', 'silence'],
  'a cursor of an earlier place': ['quiet', 'cursor-back'],
  'a position that is no number': ['quiet', 'malformed'],
  'a message of another kind': ['quiet', 'malformed'],
  'a record without its hash': ['quiet', 'malformed'],
  'rows of another record': ['quiet', 'malformed'],
};

/** Time that passes faster than ours: a minute in a second. */
function hurried(): () => number {
  const begun = Date.now();
  return () => begun + (Date.now() - begun) * 60;
}

describe('a monitor that follows a hostile server ends with 1 and says what it found', () => {
  test.each(Object.keys(LIES) as LieName[])('%s', async (name) => {
    const [turn, verdict] = VERDICTS[name];
    await published();
    const more: WatchOptions = {
      ...(verdict === 'silence' ? { maxSilence: '1s', around: { patienceMs: 700 } } : {}),
      ...(verdict === 'unsigned' ? { maxSilence: '1d', around: { now: hurried() } } : {}),
    };
    const { status, verdicts, findings, lines } = await monitored(LIES[name](known), turn, more);
    expect(verdicts[0], lines.join('\n')).toBe(verdict);
    expect(status).toBe(1);
    expect(findings[0]?.message).toMatch(/^[A-Z].*[.?]$/);
  });
});

const heads = (change: (note: string) => string): Lie => ({
  answers: { checkpoint: (head: Loose) => (head === null ? null : { ...head, note: change(head.note) }) },
});
const passport = (change: (answer: Loose) => Loose): Lie => ({ answers: { passport: change } });
const proofs = (change: (hashes: string[]) => string[] | null): Lie => ({
  answers: {
    consistencyProof: (proof: Loose) => {
      const hashes = change(proof?.hashes ?? []);
      return hashes === null ? null : { ...proof, hashes };
    },
  },
});

describe('and so where it lies to what the monitor asks', () => {
  const table: readonly (readonly [string, MonitorVerdict, (ground: PassportGround) => Lie, Turn])[] = [
    [
      'a head of keys of its own',
      'not-cosigned',
      () => heads((note) => signedAs(textOf(note), ownSeeds)),
      'quiet',
    ],
    ['a head whose lanes are swapped', 'not-cosigned', () => heads(swapped), 'quiet'],
    ['a head that one lane has signed', 'not-cosigned', () => heads(withoutSecond), 'quiet'],
    ['a head that is none', 'malformed', () => heads(() => 'none'), 'quiet'],
    [
      'a proof that does not hold',
      'inconsistent',
      () => proofs((hashes) => hashes.with(0, 'A'.repeat(43).concat('='))),
      'write',
    ],
    ['a proof without its end', 'inconsistent', () => proofs((hashes) => hashes.slice(0, -1)), 'write'],
    ['no proof', 'inconsistent', () => proofs(() => null), 'write'],
    ['the passport of another cut', 'passport-refused', ({ other }) => passport(() => other), 'quiet'],
    [
      'a passport of no JSON',
      'passport-refused',
      () => passport((answer) => UNFIT['no JSON'](answer)),
      'quiet',
    ],
    [
      'a passport put off for ever',
      'passport-missing',
      (ground) => passport((answer) => UNFIT['put off for ever'](answer, ground)),
      'quiet',
    ],
    [
      'a passport that is denied',
      'passport-missing',
      () =>
        passport(() => ({
          __typename: 'NotFound',
          message: 'No.',
          guard: null,
          retryable: false,
          problems: [],
        })),
      'quiet',
    ],
    ...(Object.keys(UNTRUE) as (keyof typeof UNTRUE)[]).map(
      (name) =>
        [
          `a passport ${name}`,
          'passport-refused',
          (ground: PassportGround) => passport((answer) => UNTRUE[name](answer, ground)),
          'quiet',
        ] as const,
    ),
  ];
  test.each(table)('%s', async (_, verdict, lie, turn) => {
    await published();
    const { status, verdicts, lines } = await monitored(lie(passports), turn);
    expect(verdicts[0], lines.join('\n')).toBe(verdict);
    expect(status).toBe(1);
  });
});

test('through an honest one the monitor is content', async () => {
  await published();
  hostile.tell(HONEST);
  const { status, verdicts, summary, lines } = await watched(server, { url: hostile.url });
  expect(verdicts, lines.join('\n')).toEqual([]);
  expect(status).toBe(0);
  expect(summary?.provedSize).toBe(summary?.position);
});

describe('the watching of the sample document, which has no keys, stops at whatever it can see', () => {
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
