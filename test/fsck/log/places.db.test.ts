import { beforeAll, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, settled, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const PLACES = 'cutter_log.row_place';
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await settled(server);
  await server.close();
});

async function found(): Promise<string[]> {
  const { findings } = await checkLedger({ url: server.database.urls.evidence });
  return findings
    .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`)
    .sort();
}

interface Place {
  readonly noun: string;
  readonly position: string;
  readonly ordinal: number;
  readonly row_id: string;
}
async function nth(noun: string, n: number): Promise<Place> {
  const { rows } = await server.superuser.query<Place>(
    `select noun, position::text, ordinal, row_id::text from ${PLACES} where noun = $1 order by position, ordinal offset $2 limit 1`,
    [noun, n],
  );
  return rows[0] as Place;
}
const keyOf = ({ noun, position, ordinal }: Place) => `${noun}/${position}/${ordinal}`;
const at = ({ noun, position, ordinal }: Place) =>
  `where noun = '${noun}' and position = ${position} and ordinal = ${ordinal}`;

test('a ledger whose rows have their places is clean', async () => {
  expect(await found()).toEqual([]);
});

for (const noun of ['Entry', 'History', 'Signature', 'Source', 'Sweep']) {
  test(`a place of ${noun} that is gone is named`, async () => {
    const place = await nth(noun, 0);
    await tamper(server, [PLACES], [`delete from ${PLACES} ${at(place)}`], async () => {
      expect(await found()).toEqual([`deleted ${PLACES} ${keyOf(place)} -`]);
    });
  });
}

test('a place of a row that no record has is named', async () => {
  const stranger = `insert into ${PLACES} values ('Entry', 3, 77, gen_random_uuid())`;
  await tamper(server, [PLACES], [stranger], async () => {
    expect(await found()).toEqual([`inserted ${PLACES} Entry/3/77 -`]);
  });
});

test('each altered column of a place is named', async () => {
  const place = await nth('Entry', 2);
  const altered: readonly (readonly [column: string, value: string, key: string])[] = [
    ['noun', `'Manifest'`, `Manifest/${place.position}/${place.ordinal}`],
    ['position', '1000000', `Entry/1000000/${place.ordinal}`],
    ['position', '0', `Entry/0/${place.ordinal}`],
    ['ordinal', '99', `Entry/${place.position}/99`],
    ['row_id', 'gen_random_uuid()', keyOf(place)],
  ];
  for (const [column, value, key] of altered) {
    await tamper(server, [PLACES], [`update ${PLACES} set ${column} = ${value} ${at(place)}`], async () => {
      expect(await found()).toEqual([`edited ${PLACES} ${key} ${column}`]);
    });
  }
});

test('two rows that changed places are both named', async () => {
  const [one, other] = [await nth('Entry', 1), await nth('Entry', 3)];
  const swap = [
    `delete from ${PLACES} where row_id in ('${one.row_id}', '${other.row_id}') and noun = 'Entry'`,
    `insert into ${PLACES} values ('Entry', ${one.position}, ${one.ordinal}, '${other.row_id}'), ('Entry', ${other.position}, ${other.ordinal}, '${one.row_id}')`,
  ];
  await tamper(server, [PLACES], swap, async () => {
    expect(await found()).toEqual(
      [`edited ${PLACES} ${keyOf(one)} row_id`, `edited ${PLACES} ${keyOf(other)} row_id`].sort(),
    );
  });
});

test('of a ledger without any place, as an integrator of an earlier version leaves it, each row is named', async () => {
  const { rows } = await server.superuser.query(`select count(*)::int as count from ${PLACES}`);
  await tamper(server, [PLACES], [`delete from ${PLACES}`], async () => {
    const all = await found();
    expect(all).toHaveLength(rows[0].count);
    expect(all.every((one) => one.startsWith(`deleted ${PLACES} `))).toBe(true);
  });
});

test('a place behind the end of the log says that the log was longer', async () => {
  const { rows } = await server.superuser.query('select next_position::int as next from cutter_log.head');
  const beyond = `insert into ${PLACES} values ('Entry', ${rows[0].next + 5}, 0, gen_random_uuid())`;
  await tamper(server, [PLACES], [beyond], async () => {
    expect(await found()).toEqual([`truncated cutter_log.log ${rows[0].next}..${rows[0].next + 5} -`]);
  });
});

test('a row that is gone, or a line of the log, is one finding: its place says nothing more', async () => {
  const { row_id } = await nth('History', 5);
  const history = 'cutter_governance.decision_backlog_history';
  await tamper(server, [history], [`delete from ${history} where history_id = '${row_id}'`], async () => {
    expect(await found()).toEqual([`deleted ${history} ${row_id} -`]);
  });
});
