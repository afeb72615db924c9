import type { Client } from 'pg';
import type { EarlierParties, Party } from '../../law/parties.ts';
import {
  approverProblems,
  pinProblems,
  type SignedSanction,
  sanctionProblems,
  signedProblem,
} from '../../law/sanction/sanction.ts';
import { SIDES_OF_ENTRY } from '../../ledger/rules/sides.ts';
import { usedSanctionSql } from '../../ledger/sanction/sanction-sql.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import type { FsckFindings } from '../finding.ts';
import { eachJsonRow } from '../json-rows.ts';

const APPROVALS = 'cutter_auth.cut_approval';
const KEYS = 'cutter_auth.approval_key';
const CHANGE_SETS = 'cutter_governance.cut_change_set';
const ENTRIES = 'cutter_governance.decision_backlog_entry';

interface SanctionedRow {
  readonly change_set_id: string;
  readonly entry_id: string | null;
  readonly manifest_digest: string;
  readonly effect_digest: string;
  readonly source_digest: string | null;
  readonly emitted_at: string;
  readonly did: EarlierParties;
  readonly executor: Party;
  readonly verifier: Party | null;
  /** Null where no approval names the cut. */
  readonly used: SignedSanction | null;
}

const party = (id: string) => `(select json_build_object('principal', ${id}, 'person', p.person_id)
  from (select 1) o left join cutter_auth.principal p on p.principal_id::text = ${id} where ${id} is not null)`;

/**
 * The cuts of production that needed an approval. A ledger of an earlier version has cuts without: they are older than
 * its first key of an approver, and none could be made after it.
 */
const CUTS_SQL = `/* fsck.sanctions */ select json_build_object('change_set_id', c.change_set_id,
    'entry_id', c.decision_backlog_entry_id, 'manifest_digest', c.manifest_version, 'effect_digest', c.effect_digest,
    'source_digest', s.sha256, 'emitted_at', ${timeTextSql('c.emitted_at')},
    'did', ${SIDES_OF_ENTRY.sql}, 'executor', ${party('c.emitted_by')}, 'verifier', ${party('r.verified_by')},
    'used', ${usedSanctionSql('c.change_set_id')})
  from ${CHANGE_SETS} c
  join cutter_auth.principal x on x.principal_id::text = c.emitted_by and not x.rehearsal
  left join ${ENTRIES} e on e.entry_id = c.decision_backlog_entry_id
  left join cutter_source.source s on 'source:' || s.source_id::text = e.payload->>'iu_ref'
  left join cutter_governance.verify_result r on r.change_set_id = c.change_set_id
  where c.change_kind = 'cut'
    and exists (select from ${KEYS} k where k.created_at < c.emitted_at)`;

/** Each cut of production used an approval of exactly what it did, by a person who was on no side of its entry. */
export async function checkSanctions(client: Client, head: number, findings: FsckFindings): Promise<void> {
  await eachJsonRow<SanctionedRow>(client, CUTS_SQL, (row) => judgeSanction(row, head, findings));
}

function judgeSanction(row: SanctionedRow, head: number, findings: FsckFindings): void {
  const { change_set_id: changeSetId, entry_id: entryId, used } = row;
  const entry = entryId ?? 'none';
  if (used !== null && signedProblem(used) !== null) {
    findings.derive(
      [
        [APPROVALS, used.id],
        [KEYS, used.keyId],
      ],
      {
        verdict: 'contradicts-signature',
        table: APPROVALS,
        key: used.id,
        column: 'envelope',
        after: null,
        before: head,
        message: "The approval doesn't carry its approver's signature of what it says.",
      },
    );
    return;
  }
  const [first] = used === null ? sanctionProblems(entry, null, row.emitted_at) : faultsOf(row, entry, used);
  if (first === undefined) return;
  findings.derive(
    [
      [CHANGE_SETS, changeSetId],
      [ENTRIES, entryId],
      ...(used === null ? [] : [[APPROVALS, used.id] as const]),
    ],
    {
      verdict: 'approval-missing',
      table: CHANGE_SETS,
      key: changeSetId,
      column: 'effect_digest',
      after: null,
      before: head,
      message: `In production a cut uses an approval of exactly what it does, and this one didn't (${first.code}).`,
    },
  );
}

function faultsOf(row: SanctionedRow, entry: string, used: SignedSanction) {
  const { did, executor, verifier, manifest_digest: manifestDigest, effect_digest: effectDigest } = row;
  const approver = { principal: used.by, person: used.person };
  // Whether the approver may approve now is no question of then; and the cut itself used the approval.
  const then: SignedSanction = { ...used, acts: true, grants: true, usedBy: null };
  const sourceDigest = row.source_digest ?? used.sourceDigest;
  return [
    ...sanctionProblems(entry, used.entryId === row.entry_id ? then : null, row.emitted_at),
    ...approverProblems(entry, approver, {
      ...did,
      cut: executor,
      ...(verifier === null ? {} : { verified: verifier }),
    }),
    ...pinProblems(used, { ...used, manifestDigest, effectDigest, sourceDigest }),
  ];
}
