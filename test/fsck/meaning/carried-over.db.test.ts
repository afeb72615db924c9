import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { FsckFindings, type NewFinding } from '../../../src/fsck/finding.ts';
import { checkCarriedOver } from '../../../src/fsck/meaning/carried-over.ts';
import { type ApprovedBlock, approvedRecords, approvedSets } from '../../../src/law/approved-sets.ts';
import type { Loose } from '../../harness/cycle.ts';
import { fresh } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { CarriedGround, THREE } from '../../ledger/carried-ground.ts';
import { settled, tamper } from '../fsck-ground.ts';

/*
 * Three versions of a document, each approved by what was approved before, and altered as one would who writes what he
 * likes and makes the records vouch for it: only what the rows mean can tell.
 */

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const G = 'cutter_governance';
const DECISIONS = `${G}.review_decision`;
const CHANGE_SETS = `${G}.cut_change_set`;
const BLOCKS = `${G}.manifest_unit_block`;

let server: TestServer;
let client: pg.Client;
let [first, second, third, foreign]: Loose[] = [];
beforeAll(async () => {
  server = await testServer();
  const ground = new CarriedGround(server);
  const code = fresh('law');
  first = await ground.completed(code, THREE);
  second = await ground.completed(code, { ...THREE, Four: 'Fourth.', Five: 'Fifth.' });
  third = await ground.completed(code, { ...THREE, Four: 'Fourth.', Six: 'Sixth.' });
  foreign = await ground.completed(fresh('law'), THREE);
  await settled(server);
  await server.close();
  client = new pg.Client({ connectionString: server.database.urls.evidence });
  await client.connect();
});
afterAll(() => client.end());

async function found(findings = new FsckFindings()): Promise<NewFinding[]> {
  const before = findings.all.length;
  await checkCarriedOver(client, 1000, findings);
  return findings.all.slice(before);
}
const foundShort = async () =>
  (await found()).map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column}`);

const digestDiffers = (decision: Loose) =>
  `digest-differs ${DECISIONS} ${decision.reviewDecisionId} findings`;
const unfounded = (decision: Loose) => `approval-missing ${DECISIONS} ${decision.reviewDecisionId} findings`;

test('a ledger whose approvals are carried over is clean', async () => {
  const { findings, unseen } = await checkLedger({ url: server.database.urls.evidence });
  expect([findings, unseen]).toEqual([[], []]);
  const { rows } = await server.superuser.query(
    `select count(*)::int as carried from ${BLOCKS} where payload_summary ? 'approved_by'`,
  );
  expect(rows[0].carried).toBeGreaterThan(8);
});

test.each<[string, string]>([
  ['the digest of what was looked at', `jsonb_set(findings, '{reviewed,digest}', '"sha256:0"')`],
  ['the count of what was looked at', `jsonb_set(findings, '{reviewed,records}', '7')`],
  ['the digest of what is carried over', `jsonb_set(findings, '{carried_over,digest}', '"sha256:0"')`],
  ['the count of what is carried over', `jsonb_set(findings, '{carried_over,records}', '1')`],
  ['the decisions that it rests on', `jsonb_set(findings, '{carried_over,decisions}', '[]')`],
  ['that anything is carried over', `jsonb_set(findings, '{carried_over}', 'null')`],
  ['both sets', `findings - 'reviewed' - 'carried_over'`],
])('a decision that says otherwise %s is named', async (_, value) => {
  const alter = `update ${DECISIONS} set findings = ${value} where review_decision_id = '${third.reviewDecisionId}'`;
  await tamper(server, [DECISIONS], [alter], async () => {
    expect(await foundShort()).toEqual([digestDiffers(third)]);
  });
});

test.each(['title', 'kind', 'section_type', 'section_code', 'excluded_because', 'text_digest', 'role'])(
  'a record that was approved with another %s has another unit digest',
  async (field) => {
    const alter = `update ${BLOCKS} set payload_summary = payload_summary || '{"${field}": "another"}'
      where envelope_id = (${manifestOf(second)}) and proposed_canonical_address like '%/four'`;
    await tamper(server, [BLOCKS], [alter], async () => {
      // The decision names other records, and who relied on it relied on one that it never saw.
      expect(await foundShort()).toEqual([digestDiffers(second), unfounded(third)]);
    });
  },
);

test('a record that was altered, and is known to be, is no finding of its own', async () => {
  const alter = `update ${BLOCKS} set payload_summary = payload_summary || '{"title": "another"}'
    where envelope_id = (${manifestOf(second)}) and proposed_canonical_address like '%/four'`;
  await tamper(server, [BLOCKS], [alter], async () => {
    const { rows } = await server.superuser.query(
      `select envelope_id || '/' || unit_local_id as key from ${BLOCKS}
        where envelope_id = (${manifestOf(second)}) and proposed_canonical_address like '%/four'`,
    );
    const findings = new FsckFindings();
    findings.taint(BLOCKS, rows[0].key);
    expect(await found(findings)).toEqual([]);
  });
});

const manifestOf = (decision: Loose) =>
  `select manifest_id from ${DECISIONS} where review_decision_id = '${decision.reviewDecisionId}'`;

/** Says of one record who approved it, and makes the decision's sets agree with that. */
async function nameApproval(
  client: pg.ClientBase,
  decision: Loose,
  address: string,
  by: string,
): Promise<void> {
  await client.query(
    `update ${BLOCKS} set payload_summary = payload_summary || jsonb_build_object('approved_by', $1::text)
      where envelope_id = (${manifestOf(decision)}) and proposed_canonical_address like $2`,
    [by, address],
  );
  const { rows } = await client.query(
    `select unit_local_id as "localId", proposed_canonical_address as address, candidate_edges->0->>'to' as parent,
        payload_summary as summary
      from ${BLOCKS} where envelope_id = (${manifestOf(decision)}) and block_role = 'result' order by render_order`,
  );
  const sets = approvedSets(approvedRecords(rows as ApprovedBlock[]));
  await client.query(`update ${DECISIONS} set findings = findings || $1 where review_decision_id = $2`, [
    JSON.stringify(sets),
    decision.reviewDecisionId,
  ]);
}

test.each<[string, string, () => string]>([
  ['was never given', '%/one', () => randomUUID()],
  ['is of another document', '%/one', () => foreign.reviewDecisionId],
  ['relied on another for this record', '%/one', () => second.reviewDecisionId],
  ['is of a plan without this record', '%/six', () => second.reviewDecisionId],
  ['is the own one', '%/six', () => third.reviewDecisionId],
])('an approval that is carried over and %s is named', async (_, address, by) => {
  await tamper(
    server,
    [BLOCKS, DECISIONS],
    (altering) => nameApproval(altering, third, address, by()),
    async () => {
      expect(await foundShort()).toEqual([unfounded(third)]);
    },
  );
});

test('an approval that is carried over from a later one is named', async () => {
  await tamper(
    server,
    [BLOCKS, DECISIONS],
    (altering) => nameApproval(altering, second, '%/four', third.reviewDecisionId),
    async () => {
      const names = await foundShort();
      expect(names[0]).toBe(unfounded(second));
    },
  );
});

test('an approval that waits for its position is judged by what it names, and not by what came before', async () => {
  const waits = `update cutter_log.log set row_ids = array_remove(row_ids, '${third.reviewDecisionId}'::uuid)`;
  await tamper(
    server,
    [BLOCKS, DECISIONS, 'cutter_log.log'],
    async (altering) => {
      await nameApproval(altering, third, '%/one', randomUUID());
      await altering.query(waits);
    },
    async () => {
      expect(await foundShort()).toEqual([]);
    },
  );
});

/** Stamps the first decision as superseded by one at a position. */
const supersededAt = (position: number) => [
  `update ${DECISIONS} set superseded_by_review_decision_id = '${foreign.reviewDecisionId}'
    where review_decision_id = '${first.reviewDecisionId}'`,
  `update cutter_log.log set row_ids = array_remove(row_ids, '${foreign.reviewDecisionId}'::uuid)`,
  `update cutter_log.log set row_ids = row_ids || '${foreign.reviewDecisionId}'::uuid where position = ${position}`,
];

test('a cut by an approval that was withdrawn before is named, and one that was withdrawn later is not', async () => {
  const tables = [DECISIONS, 'cutter_log.log'];
  const { rows } = await server.superuser.query(
    `select position::int from cutter_log.log where row_ids @> array[$1::uuid]`,
    [third.changeSetId],
  );
  const { position } = rows[0];
  const byThird = `approval-missing ${CHANGE_SETS} ${third.changeSetId} review_decision_id`;
  await tamper(server, tables, supersededAt(position - 1), async () => {
    expect(await foundShort()).toEqual([byThird]);
  });
  await tamper(server, tables, supersededAt(position + 1), async () => {
    expect(await foundShort()).toEqual([]);
  });
  // An earlier program cut by it whatever became of it.
  const older = `update ${DECISIONS} set version = '1' where review_decision_id = '${third.reviewDecisionId}'`;
  await tamper(server, tables, [...supersededAt(position - 1), older], async () => {
    expect(await foundShort()).toEqual([]);
  });
});

test('a cut by an approval whose entry had ended otherwise is named', async () => {
  const history = `${G}.decision_backlog_history`;
  const alter = `update ${history} set entry_version_after = 'abandoned'
    where entry_id = '${first.entryId}' and change_kind = 'verify:pass'`;
  await tamper(server, [history], [alter], async () => {
    expect(await foundShort()).toEqual(
      [second, third]
        .map(({ changeSetId }) => `approval-missing ${CHANGE_SETS} ${changeSetId} review_decision_id`)
        .sort(),
    );
  });
});
