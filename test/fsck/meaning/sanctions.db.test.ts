/** fsck judges, without asking the program, that each cut of production used an approval of exactly what it did. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import {
  type ProductionServer,
  productionServer,
  seedOfCaller,
  signedApproval,
} from '../../harness/approvers.ts';
import { call, fresh, type Reviewed, reviewed, verifyCut } from '../../harness/cycle.ts';
import { testDatabase } from '../../harness/database.ts';
import { Forger } from '../../harness/forged-ledger.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: ProductionServer;
let made: Reviewed;
let approvalId = '';
let changeSetId = '';
beforeAll(async () => {
  server = await productionServer();
  made = await reviewed(server);
  const { entryId, manifestDigest, name } = made;
  const seed = await seedOfCaller(server, server.approver);
  const input = { idempotencyKey: fresh('approval'), entryId, manifestDigest };
  ({ approvalId } = await signedApproval(server, server.approver.token, seed, input));
  const cut = await call(
    server,
    server.tokens.executor,
    'cut',
    { idempotencyKey: `cut:${name}`, entryId, manifestDigest },
    'changeSet { changeSetId }',
  );
  ({ changeSetId } = cut.changeSet);
  expect((await verifyCut(server, { name, changeSetId })).entry).toEqual({ status: 'VERIFIED_COMPLETE' });
  await vi.waitFor(async () => {
    const { rows } = await server.superuser.query('select from cutter_log.pending');
    expect(rows).toEqual([]);
  });
  await server.close();
  await server.database.close();
});

/** What is found in a copy of the ledger after `forge`: rows, records, hashes and the tree agree. */
async function foundAfter(forge: (forger: Forger) => Promise<void>): Promise<readonly string[]> {
  const copy = await testDatabase({ copyOf: server.database });
  try {
    await Forger.work(copy, forge);
    const { findings } = await checkLedger({ url: copy.urls.evidence });
    // The parties of this ledger were made without records.
    const ours = findings.filter(({ table }) => !/principal|person|token/.test(table));
    return ours.map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`);
  } finally {
    await copy.drop();
  }
}

const MISSING = () => `approval-missing cutter_governance.cut_change_set ${changeSetId} effect_digest`;

describe('A cut of production', () => {
  test('with its approval is clean', async () => {
    expect(await foundAfter(async () => {})).toEqual([]);
  });

  test('that used no approval is named, even where its record agrees', async () => {
    const found = await foundAfter(async (forger) => {
      await forger.query('update cutter_auth.cut_approval set used_by_change_set_id = null');
      await forger.record('cut_change_set', changeSetId, (body) => {
        const used = body.shapes.findIndex(({ table }) => table === 'cutter_auth.cut_approval');
        expect(used).toBeGreaterThan(-1);
        body.rows = body.rows.filter(([shape]) => shape !== used);
      });
    });
    expect(found).toContain(MISSING());
  });

  test.each([
    ['unit_count', 99],
    ['effect_digest', `sha256:${'0'.repeat(64)}`],
    ['writer_digest', `sha256:${'0'.repeat(64)}`],
    ['expires_at', '2099-01-01T00:00:00Z'],
    ['entry_id', '00000000-0000-4000-8000-000000000000'],
  ])('whose approval says another %s than its approver signed is named', async (column, value) => {
    const found = await foundAfter(async (forger) => {
      // As it was at its birth, which its record vouches for.
      const use = (cut: string | null) =>
        forger.query('update cutter_auth.cut_approval set used_by_change_set_id = $1', [cut]);
      await use(null);
      await forger.set('cutter_auth.cut_approval', approvalId, { [column]: value });
      await use(changeSetId);
    });
    expect(found).toEqual([`contradicts-signature cutter_auth.cut_approval ${approvalId} envelope`]);
  });

  test('whose approver is on a side of its entry is named', async () => {
    const found = await foundAfter(async (forger) => {
      const { principalId } = server.callers.reviewer;
      await forger.query(
        `update cutter_auth.principal set person_id = $2 where principal_id::text in (
          select changed_by from cutter_governance.decision_backlog_history where change_kind = 'mark')
          and principal_id <> $1`,
        [principalId, server.approver.personId],
      );
    });
    expect(found).toContain(MISSING());
  });

  test('of before the first key of an approver needed none', async () => {
    const found = await foundAfter(async (forger) => {
      await forger.query("update cutter_auth.approval_key set created_at = now() + interval '1 day'");
      await forger.query('update cutter_auth.cut_approval set used_by_change_set_id = null');
    });
    expect(found).not.toContain(MISSING());
  });
});
