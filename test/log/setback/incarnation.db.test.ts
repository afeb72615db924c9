import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startEmbedded } from '../../../src/database/cluster/embedded.ts';
import { poolUrls } from '../../../src/database/pools.ts';
import { checkLedger } from '../../../src/fsck/check.ts';
import { headsOf, keptFile } from '../../../src/fsck/heads.ts';
import { homeSecrets } from '../../../src/home/secrets.ts';
import { resumeRecordId } from '../../../src/law/resume-statement.ts';
import { encodePlace } from '../../../src/log/feed/cursor.ts';
import type { HistoryMessage } from '../../../src/log/feed/history-message.ts';
import { cosigned, settled } from '../../fsck/fsck-ground.ts';
import { BACKLOG, type BacklogMessage, faultsOf } from '../../harness/backlog-follower.ts';
import { foldedHistory } from '../../harness/counted.ts';
import { call, fresh, type Loose, sampleText, verified } from '../../harness/cycle.ts';
import { restoreGround, type Up } from '../../harness/incarnation-ground.ts';
import type { TestServer } from '../../harness/server.ts';
import { openStream } from '../../harness/stream-doors.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const ground = restoreGround();
let ledger: Up;
afterAll(async () => {
  await ledger?.down().catch(() => {});
  ground.remove();
});

const as = (up: Up) => ({ ...up, database: up }) as unknown as TestServer;
const head = async (up: Up): Promise<{ next: number; incarnation: string }> =>
  (await up.superuser.query('select next_position::int as next, incarnation::text from cutter_log.head'))
    .rows[0];
const checkpointOf = async (up: Up): Promise<Loose> =>
  (await up.gql(up.tokens.observer, '{ checkpoint { origin size } }')).body.data.checkpoint;
const registers = (up: Up, name = fresh('lost')): Promise<Loose> =>
  call(as(up), up.tokens.marker, 'registerSource', {
    idempotencyKey: name,
    docCode: name,
    content: { text: sampleText(name) },
  });
const ready = async (up: Up) => (await fetch(new URL('/ready', up.url))).json();

/** What a client with this cursor is told first. */
async function toldTo(up: Up, after: string | null): Promise<HistoryMessage> {
  const stream = up.feed.subscribe({ after, tokenId: null });
  const { value } = await stream.next();
  await stream.return?.();
  return value;
}

async function phases(up: Up): Promise<void> {
  await verified(as(up));
  await settled(as(up));
  await cosigned(as(up));
}

const before = { next: 0, incarnation: '' };
let later: { next: number; incarnation: string };
let cursor: string;
beforeAll(async () => {
  ledger = await ground.up();
  await phases(ledger);
  Object.assign(before, await head(ledger));
  await ledger.down();
  ground.keep('backup');
  ledger = await ground.up();
  await phases(ledger);
  await phases(ledger);
  later = await head(ledger);
  ({ cursor } = await ledger.feed.head());
  await ledger.down();
  ground.keep('later');
});

/** The backlog is shown, and counts each move that the log has once. */
async function expectCounted(up: Up): Promise<void> {
  await settled(as(up));
  const token = up.tokens.observer;
  const messages: BacklogMessage[] = [];
  // The process may hear of the incarnation a moment later.
  while (messages.at(-1)?.__typename !== 'BacklogSnapshot') {
    messages.splice(0);
    const stream = openStream<BacklogMessage>('events', {
      url: up.url,
      token,
      query: BACKLOG,
      variables: {},
    });
    for await (const message of stream.messages) {
      messages.push(message);
      if (message.__typename === 'BacklogSnapshot') break;
    }
    stream.leave();
  }
  expect(messages.map(({ __typename }) => __typename)).toEqual(['Ready', 'BacklogSnapshot']);
  expect(messages[1]?.position).toBe(String((await head(up)).next - 1));
  expect(faultsOf(messages, await foldedHistory(up.superuser))).toEqual([]);
}

/** Nothing of it is published, and nothing is taken. */
async function expectSuspended(up: Up, at: number): Promise<void> {
  expect(await checkpointOf(up)).toBeNull();
  const refused = await registers(up);
  expect(refused).toMatchObject({ __typename: 'LaneNotServed', retryable: true });
  expect(refused.message).toMatch(
    new RegExp(
      `was set back: .* until both lanes have accepted that it resumes at position ${at} \\("cutter resume"\\)`,
    ),
  );
  for (const after of [null, '', cursor])
    expect(await toldTo(up, after)).toMatchObject({
      type: 'Reset',
      reason: 'INCARNATION_CHANGED',
      message: expect.stringMatching(/set back.*cutter resume/),
    });
  expect(await ready(up)).toMatchObject({ status: 'not ready', resumed: 'down' });
  expect((await head(up)).next).toBe(at);
  const { rows } = await up.superuser.query('select count(*)::int as waiting from cutter_log.pending');
  expect(rows).toEqual([{ waiting: 0 }]);
}

const findings = async (up: Up, heads?: string): Promise<string[]> => {
  const kept =
    heads === undefined
      ? {}
      : { heads: headsOf(readFileSync(heads, 'utf8'), heads), headFiles: [keptFile(heads)] };
  const report = await checkLedger({ url: up.evidenceUrl, ...kept });
  expect(report.unseen).toEqual([]);
  return report.findings.map(({ verdict, table, key }) => `${verdict} ${table} ${key}`);
};

/** What both lanes said of an incarnation, and that it was suspended: each column that is altered, and each row that is gone, is named. */
async function expectEachNamed(up: Up, incarnation: string): Promise<void> {
  const said = `cutter_log.resumption ${incarnation}/DOT-992`;
  const client = await up.superuser.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const [column, value] of [
      ['position', 'position + 1'],
      ['root', 'set_bit(root, 255, 1 - get_bit(root, 255))'],
      ['next_incarnation', 'gen_random_uuid()'],
      ['key_id', "key_id || '0'"],
      ['envelope', "jsonb_set(envelope, '{payload}', '\"e30=\"')"],
    ] as const) {
      await client.query(
        `create temp table kept on commit preserve rows as select * from cutter_log.resumption`,
      );
      await client.query(`update cutter_log.resumption set ${column} = ${value} where lane = 'DOT-992'`);
      expect(await findings(up), column).toEqual([`resumption-broken ${said}`]);
      await client.query(
        'delete from cutter_log.resumption; insert into cutter_log.resumption select * from kept',
      );
      await client.query('drop table kept');
    }
    await client.query(
      `create temp table kept as select * from cutter_log.resumption; create temp table noticed as select * from cutter_log.suspension`,
    );
    await client.query(
      `delete from cutter_log.resumption where lane = 'DOT-992'; delete from cutter_log.suspension`,
    );
    expect(await findings(up)).toEqual([
      `resumption-broken cutter_log.suspension ${incarnation}`,
      `resumption-broken ${said}`,
    ]);
    await client.query(
      `insert into cutter_log.suspension select * from noticed; insert into cutter_log.resumption select * from kept where lane = 'DOT-992'`,
    );
    expect(await findings(up)).toEqual([]);
  } finally {
    client.release(true);
  }
}

describe('A restored backup', () => {
  test('is noticed by the heads that were kept, publishes nothing, and goes on when both lanes have accepted', async () => {
    ground.putBack('backup');
    ledger = await ground.up();
    expect(ledger.told.join('\n')).toMatch(
      /This ledger's database was set back: it had come to position \d+/,
    );
    await expectSuspended(ledger, before.next);
    expect(await findings(ledger, ground.heads)).toEqual([
      expect.stringMatching(/^restored cutter_log\.log /),
    ]);

    // One lane accepts while everything is down, and its process comes again: still nothing.
    await ledger.down();
    const first = await ground.resume({ lane: 'DOT-991', reason: 'a disk died' });
    expect(first.code).toBe(0);
    expect(first.said).toMatch(
      /^This ledger's database was set back\. According to the file .*checkpoints it had come to \d+ positions\.\n/,
    );
    expect(first.said).toContain(`positions ${before.next} to `);
    expect(first.said).toMatch(/DOT-991 has accepted\. The second lane has yet to accept\.\n$/);
    ledger = await ground.up();
    await expectSuspended(ledger, before.next);
    expect((await ground.resume({ lane: 'DOT-991' })).said).toMatch(/DOT-991 had accepted before\.\n$/);

    // PostgreSQL is killed between the two words, and the first one stands when it has come again.
    const killed = ground.postmaster();
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect(ground.postmaster()).not.toBe(killed);
        const { rows } = await ledger.superuser.query('select lane from cutter_log.resumption');
        expect(rows).toEqual([{ lane: 'DOT-991' }]);
      },
      { timeout: WAITS_FOR_OTHERS_MS },
    );
    await expectSuspended(ledger, before.next);

    // The other one accepts beside the running server.
    const second = await ground.resume({ lane: 'DOT-992' });
    expect(second.said).toMatch(/DOT-992 has accepted\. Both lanes have/);
    await expect
      .poll(async () => (await head(ledger)).next, { timeout: WAITS_FOR_OTHERS_MS })
      .toBe(before.next + 1);
    const now = await head(ledger);
    expect(now.incarnation).not.toBe(before.incarnation);
    // The counters go as far as the log, before anything more is written.
    await expectCounted(ledger);
    await phases(ledger);
    await expectCounted(ledger);
    expect(ledger.alarms).not.toContain('LOG_REPLACED');
    expect(await checkpointOf(ledger)).toMatchObject({ origin: `cutter/${now.incarnation}` });
    expect(await ready(ledger)).toMatchObject({ status: 'ready' });
    expect(await toldTo(ledger, cursor)).toMatchObject({ reason: 'INCARNATION_CHANGED' });
    expect(await toldTo(ledger, null)).toMatchObject({ type: 'Ready', incarnation: now.incarnation });

    // What was lost is explained by the record of both lanes: heads of before, which are kept, bind no more.
    expect(await findings(ledger)).toEqual([]);
    expect(await findings(ledger, ground.heads)).toEqual([]);
    await expectEachNamed(ledger, before.incarnation);
    const { body } = await ledger.gql(
      ledger.tokens.reviewer,
      'query ($position: Position!) { record(position: $position) { body } }',
      { position: String(before.next) },
    );
    const record = JSON.parse(body.data.record.body);
    expect(record).toMatchObject({ format: 'cutter-record/2', verb: 'resume', rows: [] });
    expect(record.statements).toHaveLength(2);
    await ledger.down();

    // The next start takes it as it is, with the file that has heads of both incarnations.
    ledger = await ground.up();
    expect(ledger.told).toEqual([]);
    expect(ledger.alarms).toEqual([]);
    await phases(ledger);
    expect((await ground.resume()).said).toBe('This ledger was not set back. There is nothing to accept.\n');
    await ledger.down();
  });

  test('that has forgotten that it was resumed is noticed, too', async () => {
    ground.putBack('later');
    ledger = await ground.up();
    await expectSuspended(ledger, later.next);
    // By the file alone: the database doesn't know the incarnation that it ends with.
    expect(await findings(ledger, ground.heads)).toContain('restored cutter_log.log *');
    await ledger.down();
  });

  test('is noticed by a client’s cursor alone; one that was forged suspends nothing', async () => {
    ground.putBack('backup');
    ledger = await ground.up({ heads: false });
    expect(ledger.told).toEqual([]);
    await vi.waitFor(
      async () => expect(await checkpointOf(ledger)).toMatchObject({ size: String(before.next) }),
      {
        timeout: WAITS_FOR_OTHERS_MS,
      },
    );
    const forged = encodePlace({ incarnation: before.incarnation, next: later.next }, Buffer.alloc(32, 7));
    expect(await toldTo(ledger, forged)).toMatchObject({ type: 'Reset', reason: 'CURSOR_UNKNOWN' });
    expect((await ledger.superuser.query('select from cutter_log.suspension')).rowCount).toBe(0);

    expect(await toldTo(ledger, cursor)).toMatchObject({ type: 'Reset', reason: 'INCARNATION_CHANGED' });
    await vi.waitFor(
      async () =>
        expect((await ledger.superuser.query('select from cutter_log.suspension')).rowCount).toBe(1),
      { timeout: WAITS_FOR_OTHERS_MS },
    );
    expect(ledger.alarms).toContain('DATABASE_SET_BACK');
    await expectSuspended(ledger, before.next);
  });

  test('is accepted by each lane for itself alone', async () => {
    // Still the one that the cursor suspended.
    const { incarnation, next } = await head(ledger);
    const { exec, verify, integrator } = poolUrls(ledger.ownerUrl, homeSecrets(ground.home));
    const accept = async (url: string | null, lane: string, keyOf: string, position = next) => {
      const client = new pg.Client({ connectionString: url as string });
      await client.connect();
      try {
        await client.query(
          `insert into cutter_log.resumption (incarnation, lane, position, root, next_incarnation, key_id, envelope, signed_at)
           select $1, $2, $4, sha256('x'), gen_random_uuid(), key_id, '{}', transaction_timestamp()
           from cutter_auth.key where lane = $3 and purpose = 'statement'`,
          [incarnation, lane, keyOf, position],
        );
      } finally {
        await client.end();
      }
    };
    for (const attempt of [
      () => accept(exec, 'DOT-992', 'DOT-992'),
      () => accept(verify, 'DOT-991', 'DOT-991'),
      () => accept(exec, 'DOT-991', 'DOT-992'),
      () => accept(exec, 'DOT-991', 'DOT-991', next + 1),
      () => accept(integrator, 'DOT-991', 'DOT-991'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: '42501' });

    // What one writes under its own name, and didn't sign, isn't taken.
    await accept(exec, 'DOT-991', 'DOT-991');
    await accept(verify, 'DOT-992', 'DOT-992');
    await vi.waitFor(() => expect(ledger.alarms).toContain('RESUMPTION_REFUSED'), {
      timeout: WAITS_FOR_OTHERS_MS,
    });
    await expectSuspended(ledger, before.next);
    await ledger.down();
  });
});

test('newest records that are deleted under a running server are noticed by its memory', async () => {
  ground.putBack('backup');
  ledger = await ground.up({ heads: false });
  await phases(ledger);
  const { next } = await head(ledger);
  const cut = next - 3;
  await ledger.superuser.query(
    `begin;
    select from cutter_log.head for update;
    delete from cutter_log.cosignature where size > ${cut};
    delete from cutter_log.node where (idx + 1) * (1::bigint << level) > ${cut};
    update cutter_log.tree_head set size = ${cut}, checkpoint_size = least(checkpoint_size, ${cut});
    delete from cutter_log.log where position >= ${cut};
    update cutter_log.head set next_position = ${cut};
    commit`,
  );
  await vi.waitFor(
    async () => expect((await ledger.superuser.query('select from cutter_log.suspension')).rowCount).toBe(1),
    { timeout: WAITS_FOR_OTHERS_MS },
  );
  expect(ledger.alarms).toContain('DATABASE_SET_BACK');
  await expectSuspended(ledger, cut);

  // While one person answers for both lanes, neither signs.
  const { rows: persons } = await ledger.superuser.query<{ executor: string; verifier: string }>(
    `select min(person_id::text) filter (where lane = 'DOT-991') as executor,
      min(person_id::text) filter (where lane = 'DOT-992') as verifier from cutter_auth.principal`,
  );
  const answers = (personId: string | undefined) =>
    ledger.superuser.query(`update cutter_auth.principal set person_id = $1 where lane = 'DOT-992'`, [
      personId,
    ]);
  const resumptions = async () =>
    (
      await ledger.superuser.query('select from cutter_log.resumption where incarnation = $1', [
        (await head(ledger)).incarnation,
      ])
    ).rowCount;
  await answers(persons[0]?.executor);
  expect((await ground.resume()).code).toBe(1);
  expect(await resumptions()).toBe(0);
  await answers(persons[0]?.verifier);

  // A record waits since before; and a lane's login has taken the id of the one that is to come.
  const resumeId = resumeRecordId((await head(ledger)).incarnation);
  const waiting = randomUUID();
  const { verify } = poolUrls(ledger.ownerUrl, homeSecrets(ground.home));
  const login = new pg.Client({ connectionString: verify as string });
  await login.connect();
  await login.query('insert into cutter_log.record_part (record_id, part, body) values ($1, 0, $2)', [
    resumeId,
    '{}',
  ]);
  for (const id of [waiting, resumeId])
    await login.query(
      `insert into cutter_log.pending (record_id, record_hash, row_ids) values ($1, 'sha256:' || encode(sha256('{}'), 'hex'), '{}')`,
      [id],
    );
  await login.end();

  const { code } = await ground.resume();
  expect(code).toBe(0);
  await expect.poll(async () => (await head(ledger)).next, { timeout: WAITS_FOR_OTHERS_MS }).toBe(cut + 2);
  const { rows: order } = await ledger.superuser.query(
    'select record_id::text as id from cutter_log.log where position >= $1 order by position',
    [cut],
  );
  expect(order).toEqual([{ id: resumeId }, { id: waiting }]);
  expect((await registers(ledger)).__typename).toBe('RegisterSourceSuccess');
});

test('a record under the id of a resumption that holds other words than the lanes’ is not taken for it', async () => {
  await ledger.down();
  ground.putBack('backup');
  await (await ground.up()).down();
  expect((await ground.resume()).code).toBe(0);
  const embedded = await startEmbedded({ home: ground.home, log: () => {} });
  const owner = new pg.Client({ connectionString: embedded.ownerUrl });
  await owner.connect();
  const { rowCount } = await owner.query(
    `with other as (update cutter_log.record_part set body = '{}' where record_id = $1 returning record_id)
     update cutter_log.pending set record_hash = 'sha256:' || encode(sha256('{}'), 'hex') from other
     where pending.record_id = other.record_id`,
    [resumeRecordId(before.incarnation)],
  );
  expect(rowCount).toBe(1);
  await owner.end();
  await embedded.stop();
  ledger = await ground.up();
  await vi.waitFor(() => expect(ledger.alarms).toContain('RESUMPTION_REFUSED'), {
    timeout: WAITS_FOR_OTHERS_MS,
  });
  expect(await head(ledger)).toEqual(before);
});
