import { performance } from 'node:perf_hooks';
import { beforeAll, describe, expect, test } from 'vitest';
import { anchorsOf } from '../../src/fsck/rows/suspects.ts';
import { startScrub } from '../../src/fsck/scrub/scrub.ts';
import { nodesBetween } from '../../src/fsck/scrub/scrub-tree.ts';
import type { ReadRecord } from '../../src/law/read-record.ts';
import { fingerprintOf } from '../../src/law/record.ts';
import type { RecordedRow } from '../../src/law/recorded-row.ts';
import { settled } from '../fsck/fsck-ground.ts';
import { fresh, type Loose, marked, verified } from '../harness/cycle.ts';
import { testDatabase } from '../harness/database.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { heardLog } from '../log/log-ground.ts';

const SECTIONS = 6000;
const section = (at: number) => `## Section ${at}\n\nThe text of section ${at}.\n\n`;
const text = (changed: number) =>
  `# Law\n\n${Array.from({ length: SECTIONS }, (_, at) => section(at === changed ? -1 : at)).join('')}`;

let server: TestServer;
let cuts: { changeSetId: string; text: string }[];
beforeAll(async () => {
  server = await testServer();
  const docCode = fresh('large');
  cuts = [];
  for (const changed of [SECTIONS, 5]) {
    const entry = await marked(server, fresh(), { docCode, text: text(changed) });
    const { changeSetId } = (await verified(server, entry)) as Loose;
    cuts.push({ changeSetId, text: text(changed) });
  }
  await settled(server);
});

describe('A cut of thousands of units', () => {
  test('and an amendment that leaves most of them unchanged are given back byte for byte', async () => {
    for (const cut of cuts) {
      const query = `query { reconstruct(changeSetId: "${cut.changeSetId}") {
        ... on Reconstruction { text matchesSource void } } }`;
      const { body } = await server.gql(server.tokens.reviewer, query);
      expect(body.data.reconstruct).toEqual({ text: cut.text, matchesSource: true, void: false });
    }
  });

  test('is scrubbed on a thread: meanwhile the event loop has time for others', async () => {
    const log = heardLog();
    const begin = performance.eventLoopUtilization();
    const scrub = startScrub({ url: server.database.urls.evidence, log, rest: 0, leastRestMs: 1 });
    await expect.poll(() => scrub.state().lastPass !== null).toBe(true);
    const { utilization } = performance.eventLoopUtilization(begin);
    expect(scrub.state().lastPass).toMatchObject({ cuts: 2, findings: [] });
    await scrub.close();
    expect(log.alarms).toEqual([]);
    expect(utilization).toBeLessThan(0.5);
  });
});

describe('What a scrub reads', () => {
  test('of a record are its versions once, however many units ask for theirs', () => {
    const versionIds = Array.from({ length: 500 }, (_, at) => `version-${at}`);
    const version = (id: string): RecordedRow => ({
      table: 'public.unit_version',
      op: 'insert',
      id,
      columns: [],
      digest: '',
      fingerprints: [],
    });
    const unit = (id: string): RecordedRow => ({
      table: 'public.information_unit',
      op: 'insert',
      id: `unit of ${id}`,
      columns: ['version_anchor_ref'],
      digest: '',
      fingerprints: [fingerprintOf(`"${id}"`)],
    });
    let reads = 0;
    const rows = {
      each: () => {},
      of: () => {
        reads += 1;
        return versionIds.map(version);
      },
    };
    const anchorOf = anchorsOf({ rows } as unknown as ReadRecord);
    expect(versionIds.map((id) => anchorOf(unit(id)))).toEqual(versionIds);
    expect(anchorOf(unit('of another record'))).toBeNull();
    expect(reads).toBe(1);
  });

  test('of the tree for one page are the nodes of that page, however large the tree is', async () => {
    const { superuser } = await testDatabase();
    const leaves = 1 << 15;
    await superuser.query(
      `insert into cutter_log.node (level, idx, hash)
         select level, idx, sha256(convert_to(level || '/' || idx, 'UTF8'))
         from generate_series(0, 15) level cross join lateral generate_series(0, (${leaves} >> level) - 1) idx`,
    );
    for (const analyzed of [false, true]) {
      if (analyzed) await superuser.query('analyze cutter_log.node');
      const client = await superuser.connect();
      await client.query('begin');
      const wrong = await nodesBetween(client, leaves - 64, leaves);
      // No node here is the hash of those under it, and each of those that close in the page is named.
      expect(wrong).toHaveLength(64 - 1 + Math.log2(leaves / 64));
      const { rows } = await client.query<{ read: string }>(
        `select pg_stat_get_xact_tuples_returned(i.indexrelid)::text as read
           from pg_index i where i.indrelid = 'cutter_log.node'::regclass
         union all select pg_stat_get_xact_tuples_returned('cutter_log.node'::regclass)::text`,
      );
      await client.query('rollback');
      client.release();
      const read = rows.reduce((sum, row) => sum + Number(row.read), 0);
      expect(read).toBeGreaterThan(64);
      expect(read).toBeLessThan(2000);
    }
  });
});
