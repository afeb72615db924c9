import { expect, test } from 'vitest';
import { approvalFaults } from '../../src/law/approval.ts';
import { ManifestNoun } from '../../src/reading/nouns/manifest.ts';
import { testDatabase } from '../harness/database.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import {
  insertEntries,
  type RandomDecision,
  type RandomEntry,
  randomEntries,
  timeTextOf,
} from '../ledger/random-entries.ts';

/** What became of a plan, by what its reviewer said and its entry went through. */
function effectiveStatus(entry: RandomEntry, decision: RandomDecision, at: string): string {
  if (entry.cut?.decision === decision) return entry.cut.isCompensated ? 'withdrawn' : 'enacted';
  if (decision.supersededBy !== null) return 'superseded';
  if (decision.verdict === 'reject') return 'rejected';
  if (entry.status === 'abandoned') return 'withdrawn';
  // An approval that isn't in force yet has accepted its plan all the same.
  const faults = approvalFaults({ ...decision, notBefore: null }, { at });
  return faults.length === 0 ? 'accepted' : 'under_review';
}

test('what became of a plan is, by SQL, what the law makes of its decision, its cut and its entry', async () => {
  const database = await testDatabase();
  const entries = randomEntries(seeded(testSeed()), 400);
  await insertEntries(database.superuser, entries);
  const derived = ManifestNoun.derived['effectiveStatus']?.sql('m', null);
  const { rows } = await database.superuser.query<{ envelope_id: string; status: string }>(
    `select m.envelope_id::text, ${derived} as status from cutter_governance.v_manifest_envelope_observe m`,
  );
  const at = timeTextOf(Date.now());
  const due = entries.flatMap((entry) =>
    entry.decisions.map((decision) => [decision.manifestId, effectiveStatus(entry, decision, at)] as const),
  );
  expect(rows.map((row) => [row.envelope_id, row.status]).sort()).toEqual(due.sort());
  expect(new Set(due.map(([, status]) => status))).toEqual(
    new Set(['enacted', 'withdrawn', 'superseded', 'rejected', 'accepted', 'under_review']),
  );
});
