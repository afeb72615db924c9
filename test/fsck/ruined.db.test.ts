import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../src/fsck/check.ts';
import type { FsckFinding } from '../../src/fsck/finding.ts';
import { marked } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../harness/timeouts.ts';
import { settled, tamper } from './fsck-ground.ts';

const LOG = 'cutter_log.log';
const PARTS = 'cutter_log.record_part';
/** As many faults of a kind as a check names, and a few more. */
const NAMED = 10_000;
const MORE = 50;

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
let whole: number;
beforeAll(async () => {
  server = await testServer();
  await marked(server);
  await settled(server);
  await server.close();
  const { rows } = await server.superuser.query<{ end: number }>(
    'select next_position::int as end from cutter_log.head',
  );
  whole = rows[0]?.end as number;
  // The newest record again and again, each time under an id of its own and with its own hash, but without the ids of its rows.
  await server.superuser.query(
    `with newest as (
      select record_id::text as id, string_agg(body, '' order by part) as body from ${PARTS}
      where record_id = (select record_id from ${LOG} where position = ${whole - 1}) group by record_id
    ), made as materialized (
      select ${whole} - 1 + nth as position, gen_random_uuid() as id, newest.id as was, newest.body
      from newest, generate_series(1, ${NAMED + MORE}) as nth
    ), written as materialized (select position, id, replace(body, was, id::text) as body from made), parts as (
      insert into ${PARTS} (record_id, part, body) select id, 0, body from written
    ), lines as (
      insert into ${LOG} (position, record_id, record_hash, row_ids)
      select position, id, 'sha256:' || encode(sha256(convert_to(body, 'UTF8')), 'hex'), '{}' from written
    ) update cutter_log.head set next_position = ${whole + NAMED + MORE}`,
  );
});

/** What is told of the log itself: verdict, table and column, with how often; and what is only counted. */
async function told(): Promise<{ named: Record<string, number>; counted: string[] }> {
  const { findings } = await checkLedger({ url: server.database.urls.evidence });
  const ofLog = findings.filter(({ table }) => table === LOG || table === PARTS);
  const named = Object.groupBy(
    ofLog.filter(({ key }) => key !== '*'),
    ({ verdict, table, column }: FsckFinding) => `${verdict} ${table} ${column ?? '-'}`,
  );
  return {
    named: Object.fromEntries(Object.entries(named).map(([what, all]) => [what, all?.length ?? 0])),
    counted: ofLog.filter(({ key }) => key === '*').map(({ message }) => message),
  };
}

describe('A log that is ruined all over: what is named is bounded, and the rest is counted', () => {
  test('where the ids beside records are not those of their bodies', async () => {
    const { named, counted } = await told();
    expect(named[`edited ${LOG} row_ids`]).toBe(NAMED);
    expect(counted).toEqual([expect.stringMatching(`^${MORE} more lines of the log have ids`)]);
  });

  test('where all hashes were altered', async () => {
    await tamper(server, [LOG], [`update ${LOG} set record_hash = 'x'`], async () => {
      const { named, counted } = await told();
      const broken = Object.values(named).reduce((sum, count) => sum + count, 0);
      expect(broken).toBe(NAMED);
      expect(counted).toEqual([
        expect.stringMatching(`^${whole + MORE} more lines of the log don’t agree with their bodies`),
      ]);
    });
  });

  test('where lines were taken out, and their bodies left', async () => {
    const but = `position > ${whole} and position < ${whole + NAMED + MORE - 1}`;
    await tamper(server, [LOG], [`delete from ${LOG} where ${but}`], async () => {
      const { named, counted } = await told();
      expect(named[`deleted ${LOG} -`]).toBe(NAMED);
      expect(counted).toEqual([
        expect.stringMatching(`^${MORE - 2} more positions of the log are empty`),
        expect.stringMatching(`^${MORE - 2} more bodies have no line`),
      ]);
    });
  });

  test('where all lines were taken off the end: that is one finding, and counts every body that is left', async () => {
    await tamper(server, [LOG], [`delete from ${LOG} where position >= ${whole}`], async () => {
      const { findings } = await checkLedger({ url: server.database.urls.evidence });
      const ofLog = findings.filter(({ table }) => table === LOG || table === PARTS);
      expect(ofLog.map(({ verdict, key, message }) => [verdict, key, message])).toEqual([
        [
          'truncated',
          `${whole}..${whole + NAMED + MORE - 1}`,
          expect.stringContaining(`${NAMED + MORE} of the missing bodies are still there`),
        ],
      ]);
    });
  });
});
