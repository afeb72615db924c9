import { beforeAll, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, settled, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await settled(server);
  await server.close();
});

async function found(): Promise<string[]> {
  const { findings } = await checkLedger({ url: server.database.urls.evidence });
  return findings.map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`);
}

/** The key of one row of a counter, as findings name it. */
async function keyOf(table: string, key: string): Promise<string> {
  const { rows } = await server.superuser.query(`select ${key} as key from ${table} order by 1 limit 1`);
  return rows[0].key as string;
}

test('a ledger whose counters are those of its history is clean', async () => {
  expect(await found()).toEqual([]);
});

const KEYS: readonly (readonly [table: string, key: string, column: string])[] = [
  ['cutter_log.status_count', `status || '/' || kind`, 'entries'],
  ['cutter_log.moves_by_hour', `hour::text || '/' || change_kind`, 'moves'],
  ['cutter_log.waits_by_hour', `hour::text || '/' || phase || '/' || bucket`, 'waits'],
];
for (const [table, keySql, column] of KEYS) {
  test(`a count of ${table} that was raised is named, and one that is gone`, async () => {
    const key = await keyOf(table, keySql);
    const row = `where ${keySql} = '${key}'`;
    await tamper(server, [table], [`update ${table} set ${column} = ${column} + 1 ${row}`], async () => {
      expect(await found()).toEqual([`count-differs ${table} ${key} ${column}`]);
    });
    await tamper(server, [table], [`delete from ${table} ${row}`], async () => {
      expect(await found()).toEqual([`count-differs ${table} ${key} -`]);
    });
  });
}

test('a count of what never happened is named', async () => {
  const table = 'cutter_log.status_count';
  await tamper(server, [table], [`insert into ${table} values ('marked', 'lifecycle', 1)`], async () => {
    expect(await found()).toEqual([`count-differs ${table} marked/lifecycle -`]);
  });
});

test('a stay of another status or time is named', async () => {
  const table = 'cutter_log.entry_stay';
  const key = await keyOf(table, `position || '/' || ordinal`);
  for (const [column, value] of [
    ['status', `'abandoned'`],
    ['since', `since + interval '1 us'`],
  ]) {
    const altered = `update ${table} set ${column} = ${value} where position || '/' || ordinal = '${key}'`;
    await tamper(server, [table], [altered], async () => {
      expect(await found()).toEqual([`count-differs ${table} ${key} ${column}`]);
    });
  }
});

test('counters of fewer positions than the log has are named', async () => {
  const table = 'cutter_log.counted';
  await tamper(server, [table], [`update ${table} set next_position = next_position - 1`], async () => {
    expect(await found()).toEqual([`count-differs ${table} true next_position`]);
  });
});
