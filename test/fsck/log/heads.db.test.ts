import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { keptFile } from '../../../src/fsck/heads.ts';
import { keptHeads } from '../../../src/log/setback/kept-heads.ts';
import { cutter } from '../../harness/cli.ts';
import { marked } from '../../harness/cycle.ts';
import { seeded, testSeed } from '../../harness/seeded.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { triedTimes } from '../../harness/share.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { cosigned, everyKindOfPhase, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
const home = mkdtempSync(join(tmpdir(), 'cutter-fsck-heads-'));
const kept = join(home, 'checkpoints');
const copy = join(home, 'copy');
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The newest size that is published. */
const published = async () =>
  (
    await server.superuser.query<{ size: number }>(
      'select coalesce(max(size), 0)::int as size from cutter_log.v_checkpoint',
    )
  ).rows[0]?.size as number;

beforeAll(async () => {
  server = await testServer({ checkpoints: { file: kept, url: null } });
  await everyKindOfPhase(server);
  await cosigned(server);
  await marked(server);
  await cosigned(server);
  const size = await published();
  while (keptHeads(kept).heads.at(-1)?.size !== size) await pause(20);
  await server.close();
  writeFileSync(join(home, 'secrets.json'), JSON.stringify(server.database.secrets), { mode: 0o600 });
});

const COSIGNATURES = 'cutter_log.cosignature';
const LOG_TABLES = [
  'cutter_log.log',
  'cutter_log.record_part',
  'cutter_log.row_place',
  'cutter_log.act',
  'cutter_log.node',
  'cutter_log.tree_head',
  'cutter_log.head',
  COSIGNATURES,
];
const check = (file = kept) =>
  checkLedger({ url: server.database.urls.evidence, headFiles: [keptFile(file)] });
const told = async (file = kept) =>
  (await check(file)).findings.map(({ verdict, table, key }) => `${verdict} ${table} ${key}`);
const fsck = (...args: string[]) =>
  cutter(home, ['fsck', ...args], { env: { CUTTER_DATABASE_URL: server.database.ownerUrl } });

const FLIPS = triedTimes({ some: 8, all: 16 });

describe('The heads that the ledger keeps', () => {
  test('cutter fsck compares with those of its home unasked, and says with how many', async () => {
    const { code, out } = await fsck();
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/\nCompared with \d+ heads kept in .*checkpoints\.\nClean\.\n$/),
    ]);
  });

  test('cutter fsck says where there are none, in sentences and as JSON', async () => {
    const words = `${join(home, 'none')} holds no head of this ledger, so this check can't see whether the ledger was set back. Name other heads with --heads FILE.`;
    const env = { CUTTER_DATABASE_URL: server.database.ownerUrl, CUTTER_CHECKPOINT_FILE: join(home, 'none') };
    const { code, out } = await cutter(home, ['fsck'], { env });
    expect([code, out]).toEqual([0, expect.stringContaining(`${words}\nClean.`)]);
    const json = await cutter(home, ['fsck', '--json'], { env });
    expect(JSON.parse(json.out)).toMatchObject({ type: 'summary', verdict: 'clean', notes: [words] });
  });

  test('where there are none and no cosignature either, cutter fsck says that too', async () => {
    const env = {
      CUTTER_DATABASE_URL: server.database.ownerUrl,
      CUTTER_CHECKPOINT_FILE: join(home, 'none'),
    };
    await tamper(server, [COSIGNATURES], [`delete from ${COSIGNATURES}`], async () => {
      const { out } = await cutter(home, ['fsck'], { env });
      expect(out).toContain(
        '\nThe database holds no cosignature of a head. Either the lanes never signed one, or somebody deleted them all.\n',
      );
    });
  });

  test('a ledger that was set back in good order is told, with status 1', async () => {
    const size = 6;
    await tamper(
      server,
      ['cutter_governance.decision_backlog_entry', ...LOG_TABLES],
      async (client) => {
        await client.query(
          `delete from cutter_log.record_part where record_id in (select record_id from cutter_log.log where position >= ${size});
         delete from cutter_log.log where position >= ${size}; delete from cutter_log.row_place where position >= ${size};
         delete from cutter_log.act where position >= ${size};
         delete from cutter_log.node where (idx + 1) << level > ${size}; delete from ${COSIGNATURES} where size > ${size};
         update cutter_log.tree_head set size = ${size}, checkpoint_size = 0; update cutter_log.head set next_position = ${size}`,
        );
      },
      async () => {
        const { code, out } = await fsck();
        expect(code).toBe(1);
        expect(out).toMatch(/^restored: cutter_log.log 6\.\.\d+: .* It was set back\./m);
      },
    );
  });

  test.for([
    ['of one lane and size', `lane = 'DOT-992' and size = (select max(size) from ${COSIGNATURES})`],
    ['of both lanes of one size', `size = (select min(size) from ${COSIGNATURES})`],
    ['of one lane', `lane = 'DOT-991'`],
    ['of all', 'true'],
  ])('deleted cosignatures %s are told, each', async ([, where]) => {
    const { rows } = await server.superuser.query<{ place: string }>(
      `select lane || '/' || size as place from ${COSIGNATURES} where ${where} and size in (select size from cutter_log.v_checkpoint)`,
    );
    expect(rows.length).toBeGreaterThan(0);
    await tamper(server, [COSIGNATURES], [`delete from ${COSIGNATURES} where ${where}`], async () => {
      expect((await told()).sort()).toEqual(
        rows.map(({ place }) => `deleted ${COSIGNATURES} ${place}`).sort(),
      );
    });
    expect(await told()).toEqual([]);
  });

  test(`each of ${FLIPS} bits that are flipped in the file is told`, async () => {
    const random = seeded(testSeed());
    const bytes = readFileSync(kept);
    for (let nth = 0; nth < FLIPS; nth += 1) {
      const at = random.between(0, bytes.length - 1);
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ (1 << random.between(0, 7));
      writeFileSync(copy, altered);
      const { findings, unseen, heads } = await check(copy);
      const words = heads.flatMap((file) => file.words);
      expect([...findings, ...unseen, ...words], `byte ${at}`).not.toEqual([]);
      if (findings.length + unseen.length === 0) expect(at).toBeGreaterThan(bytes.lastIndexOf('\n\ncutter/'));
    }
  });

  test('a file that a crash tore off is in order, and what was torn off is said', async () => {
    const text = readFileSync(kept, 'utf8');
    const last = text.slice(text.lastIndexOf('\n\ncutter/') + 2);
    for (const length of [1, 20, last.indexOf('\n\n') + 1, last.length - 120, last.length - 3]) {
      writeFileSync(copy, text + last.slice(0, length));
      const torn = await check(copy);
      expect(torn.findings, String(length)).toEqual([]);
      expect(torn.heads[0]?.words).toEqual([expect.stringContaining('ends within a checkpoint')]);
      // The next start ends the torn one, and what is published next stands whole behind it.
      appendFileSync(copy, `\n\n${last}`);
      const mended = await check(copy);
      expect(mended.findings, String(length)).toEqual([]);
      expect(keptHeads(copy).heads.at(-1)?.size).toBe(await published());
    }
  });

  test('heads of another ledger are named as such, with status 2', async () => {
    const other = '00000000-0000-4000-8000-000000000000';
    writeFileSync(copy, readFileSync(kept, 'utf8').replaceAll(/cutter\/[0-9a-f-]{36}/g, `cutter/${other}`));
    const { findings, unseen } = await check(copy);
    expect(findings).toEqual([]);
    expect(unseen).toEqual([
      { table: copy, message: expect.stringContaining(`are of another ledger, cutter/${other}`) },
    ]);
  });

  test('signature lines of unknown keys and kinds beside those of the lanes are passed over', async () => {
    const line = `— witness.example/w1 ${Buffer.alloc(76, 7).toString('base64')}`;
    writeFileSync(copy, readFileSync(kept, 'utf8').replaceAll(/(— \S+\/DOT-992 \S+\n)/g, `$1${line}\n`));
    const { findings, unseen, heads } = await check(copy);
    expect([findings, unseen, heads[0]?.words]).toEqual([[], [], []]);
    expect(heads[0]?.compared).toBe((await check()).heads[0]?.compared);
    expect(keptHeads(copy)).toEqual(keptHeads(kept));
  });
});
