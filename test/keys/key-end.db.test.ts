import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bootstrapLedger } from '../../src/boot/bootstrap.ts';
import { makeSecrets } from '../../src/home/secrets.ts';
import { heldKeys } from '../../src/keys/custody.ts';
import { call, marked, type Reviewed, reviewed } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
let waiting: pg.Client; // holds up others
let writer: pg.Client;
let owner: pg.Client;
beforeAll(async () => {
  server = await testServer();
  const { ownerUrl, urls } = server.database;
  waiting = new pg.Client({ connectionString: ownerUrl });
  // A server of which every transaction is older than what it waits for, unless told otherwise.
  owner = new pg.Client({
    connectionString: ownerUrl,
    options: '-c default_transaction_isolation=repeatable\\ read',
  });
  writer = new pg.Client({ connectionString: urls.exec as string });
  for (const client of [waiting, owner, writer]) await client.connect();
});
afterAll(async () => {
  for (const client of [waiting, owner, writer]) await client.end();
});

function cut(made: Reviewed) {
  const input = {
    idempotencyKey: `cut:${made.name}`,
    entryId: made.entryId,
    manifestDigest: made.manifestDigest,
  };
  return call(server, server.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
}

/** What waits for a lock right now, beside the integrator: each statement's name. */
async function blocked(): Promise<string[]> {
  const { rows } = await server.superuser.query<{ name: string }>(
    `select substring(query from '/\\* ([a-z_.]+)') as name from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and usename <> 'cutter_integrator' order by 1`,
  );
  return rows.map(({ name }) => name);
}

const untilBlocked = (...names: string[]) =>
  vi.waitFor(async () => expect(await blocked()).toEqual(names), WAITS_FOR_OTHERS_MS);

test('a key ends after the cuts under way, and behind them in the log; then it signs nothing', async () => {
  const first = await reviewed(server);
  const second = await reviewed(server, 'APPROVE', await marked(server));
  const { rows } = await server.superuser.query(
    `select key_id from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement'`,
  );

  // Nothing leaves the queue; a phase drew the place before the cut's and hasn't committed; the cut is held inside its transaction.
  await waiting.query('begin');
  await waiting.query('select from cutter_log.head for update');
  await waiting.query('savepoint queue');
  await waiting.query(`select pg_advisory_xact_lock(hashtextextended('cutter:document:' || $1, 0))`, [
    first.name,
  ]);
  await writer.query('begin');
  await writer.query(
    `insert into cutter_log.pending (record_id, record_hash, row_ids) values (gen_random_uuid(), 'sha256:early', '{}')`,
  );
  const cutting = cut(first);
  await untilBlocked('cut.lock');

  // The seed is another one than the registered key's, and the old one is gone: the lane's key for heads ends the one and agrees to the other.
  const { secrets, tokens } = server.database;
  const seeds = { ...secrets.seeds, 'DOT-991': makeSecrets().seeds['DOT-991'] as string };
  const ending = bootstrapLedger(owner, {
    mode: 'rehearsal',
    keys: heldKeys({ ...secrets, seeds }),
    tokens,
  });
  await untilBlocked('bootstrap.key_lock', 'cut.lock');
  const { rows: standing } = await server.superuser.query(
    'select from cutter_auth.key where until_position is not null',
  );
  expect(standing).toHaveLength(0);

  // The lock on the document goes, the one on the head stays.
  await waiting.query('rollback to queue');
  const done = await cutting;
  expect(done.__typename).toBe('CutSuccess');
  await untilBlocked('bootstrap.queue_lock');
  await writer.query('commit');
  await ending;
  await waiting.query('rollback');

  const place = await vi.waitFor(async () => {
    const found = await server.superuser.query<{ position: string }>(
      'select position from cutter_log.log where row_ids @> array[$1::uuid]',
      [done.changeSet.changeSetId],
    );
    expect(found.rows).toHaveLength(1);
    return Number(found.rows[0]?.position);
  }, WAITS_FOR_OTHERS_MS);
  const { rows: keys } = await server.superuser.query(
    `select key_id, from_position::int, until_position::int from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement' order by from_position`,
  );
  const end = keys[0].until_position;
  expect(keys).toEqual([
    { key_id: rows[0].key_id, from_position: 0, until_position: end },
    { key_id: expect.not.stringMatching(rows[0].key_id), from_position: end + 1, until_position: null },
  ]);
  expect(place).toBeLessThan(end);

  const refused = await cut(second);
  expect(refused.__typename).toBe('LaneMismatch');
  expect(refused.problems[0].message).toBe(`The key ended at position ${end}.`);
});
