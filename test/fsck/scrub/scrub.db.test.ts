import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Scrub, startScrub } from '../../../src/fsck/scrub/scrub.ts';
import { type Loose, marked } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { heardLog } from '../../log/log-ground.ts';
import { everyKindOfPhase, settled, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

/** Hardly any rest: a test waits for passes, not for time. */
const PACE = { page: { records: 5, rows: 1000 }, rest: 0, leastRestMs: 1, passRestMs: 1 };
const INTEGRITY = `{ integrity { head
  lastPass { startedAt finishedAt positions rows signatures cuts findings { verdict table key column after before message } }
  currentPass { startedAt finishedAt positions } } }`;

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ scrub: PACE });
  await everyKindOfPhase(server);
});

const ask = async (): Promise<Loose> =>
  (await server.gql(server.tokens.reviewer, INTEGRITY)).body.data.integrity;

const closers: Scrub[] = [];
afterAll(() => Promise.all(closers.map((scrub) => scrub.close())));

/** The first pass that began after now and came to the log's end. */
async function wholePass(): Promise<Loose> {
  const now = new Date().toISOString();
  for (;;) {
    const integrity = await ask();
    if (integrity.lastPass !== null && integrity.lastPass.startedAt > now) return integrity;
    await pause(20);
  }
}

describe('The scrub of a running server', () => {
  test('goes through the whole log, again and again, and finds nothing in an untouched one', async () => {
    const { head, lastPass } = await wholePass();
    expect(lastPass.positions).toBe(head);
    expect(lastPass.findings).toEqual([]);
    expect([lastPass.rows > 150, lastPass.signatures, lastPass.cuts]).toEqual([true, 8, 4]);
    await marked(server);
    await settled(server);
    const grown = await wholePass();
    expect(Number(grown.head)).toBe(Number(head) + 2);
    expect(grown.lastPass.positions).toBe(grown.head);
  });

  test('shows what was altered, deleted or rewritten, and alarms once for each', async () => {
    const G = 'cutter_governance';
    const { rows } = await server.superuser.query(
      `select (select history_id::text from ${G}.decision_backlog_history order by changed_at limit 1) as history,
        (select dependency_id::text from ${G}.decision_backlog_dependency limit 1) as dependency,
        (select signature_id::text from ${G}.dot_pair_signature limit 1) as signature,
        (select record_id::text from cutter_log.log where position = 3) as record`,
    );
    const { history, dependency, signature, record } = rows[0];
    const log = heardLog();
    await tamper(
      server,
      [
        `${G}.decision_backlog_history`,
        `${G}.decision_backlog_dependency`,
        `${G}.dot_pair_signature`,
        'cutter_log.record_part',
        'cutter_log.node',
      ],
      [
        `update ${G}.decision_backlog_history set changed_by = 'x' where history_id = '${history}'`,
        `delete from ${G}.decision_backlog_dependency where dependency_id = '${dependency}'`,
        `update ${G}.dot_pair_signature set payload_hash = 'x' where signature_id = '${signature}'`,
        `update cutter_log.record_part set body = body || ' ' where record_id = '${record}'`,
        'update cutter_log.node set hash = sha256(hash) where level = 2 and idx = 1',
      ],
      async () => {
        closers.push(startScrub({ url: server.database.urls.evidence, log, ...PACE }));
        const { lastPass } = await wholePass();
        const found = lastPass.findings.map((finding: Loose) => [
          finding.verdict,
          finding.table,
          finding.key,
          finding.column,
        ]);
        expect(found.sort()).toEqual(
          [
            ['deleted', `${G}.decision_backlog_dependency`, dependency, null],
            ['edited', `${G}.decision_backlog_history`, history, 'changed_by'],
            ['edited', `${G}.dot_pair_signature`, signature, 'payload_hash'],
            ['record-altered', 'cutter_log.record_part', `${record}/0`, null],
            ['tree-altered', 'cutter_log.node', '2/1', 'hash'],
            // The node above is no longer the hash of this one.
            ['tree-altered', 'cutter_log.node', '3/0', 'hash'],
          ].sort(),
        );
        while (log.alarms.length < 6) await pause(20);
        await wholePass();
        await wholePass();
      },
    );
    await closers[0]?.close();
    expect(log.alarms.map(({ alarm }) => alarm)).toEqual(Array(6).fill('INTEGRITY'));
    expect((await wholePass()).lastPass.findings).toEqual([]);
  });

  test('is for those with the scope for evidence, and ends with its server', async () => {
    const answer = await server.gql(server.tokens.observer, INTEGRITY);
    expect(answer.body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    await server.close();
    const { rows } = await server.superuser.query(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'cutter cutter_evidence'`,
    );
    expect(rows[0].count).toBe(0);
  });
});

describe('A server without a scrub', () => {
  let quiet: TestServer;
  afterAll(() => quiet.close());
  test('says that it made no pass', async () => {
    quiet = await testServer();
    const answer = await quiet.gql(quiet.tokens.reviewer, INTEGRITY);
    expect(answer.body.data.integrity).toEqual({ head: '0', lastPass: null, currentPass: null });
  });
});
