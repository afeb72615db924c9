import type { Client } from 'pg';
import {
  type ApprovedBlock,
  approvedRecords,
  approvedSetsFault,
  type RecordApproval,
  unfoundedRecord,
} from '../../law/approved-sets.ts';
import { withdrawalOf } from '../../law/carried-over.ts';
import type { EntryState } from '../../law/states.ts';
import type { Digest } from '../../proof/digest.ts';
import { UUID_PATTERN } from '../../proof/uuid.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import type { FsckFindings, Ref } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';
import { unapprovedCut } from './approvals.ts';
import { RECORDS_OF } from './cuts.ts';

const DECISIONS = 'cutter_governance.review_decision';
const CHANGE_SETS = 'cutter_governance.cut_change_set';
const ENVELOPES = 'cutter_governance.manifest_envelope';
const BLOCKS = 'cutter_governance.manifest_unit_block';
const ENTRIES = 'cutter_governance.decision_backlog_entry';
/** Manifests whose records are read together. */
const PAGE = 4;

/**
 * What approvals carry over: the records of each approved manifest have the unit digests and make the two sets that its
 * decision names, each record that is carried over was looked at by the reviewer it names, and no cut rests on an
 * approval that was withdrawn before it.
 */
export async function checkCarriedOver(client: Client, head: number, findings: FsckFindings): Promise<void> {
  const decisions: ApprovalRow[] = [];
  await eachJsonRow<ApprovalRow>(client, APPROVALS_SQL, (row) => decisions.push(row));
  let judge = new DocumentJudge(null);
  for (let at = 0; at < decisions.length; at += PAGE) {
    const page = decisions.slice(at, at + PAGE);
    const blocks = await blocksOf(client, page);
    for (const decision of page) {
      if (judge.docCode !== decision.doc_code) judge = new DocumentJudge(decision.doc_code);
      judge.take(decision, blocks.get(decision.manifest_id) ?? [], head, findings);
    }
  }
  await eachJsonRow<LeaningRow>(client, LEANING_SQL, (row) => judgeLeaning(row, head, findings));
}

interface ApprovalRow {
  readonly decision_id: string;
  readonly manifest_id: string;
  readonly entry_id: string | null;
  readonly doc_code: string | null;
  readonly findings: unknown;
  readonly position: number | null;
}

/** By document, in the order of the log: an approval carries over from those before it. */
const APPROVALS_SQL = `/* fsck.carriedOver */ select row_to_json(a) from (
    select d.review_decision_id as decision_id, d.manifest_id, m.source_doc_ref as entry_id, s.doc_code,
      case when jsonb_typeof(d.findings) = 'object' then d.findings - 'input' else '{}' end as findings,
      ${positionSql('d.review_decision_id')} as position
    from ${DECISIONS} d
    left join ${ENVELOPES} m on m.envelope_id = d.manifest_id
    left join ${ENTRIES} n on n.entry_id::text = m.source_doc_ref
    left join cutter_source.source s on 'source:' || s.source_id::text = n.payload->>'iu_ref'
    where d.verdict = 'approve' and d.manifest_id is not null) a
  order by a.doc_code, a.position nulls last, a.decision_id`;

/** A block, with its manifest. */
interface BlockRow extends ApprovedBlock {
  readonly manifestId: string;
}

async function blocksOf(
  client: Client,
  decisions: readonly ApprovalRow[],
): Promise<ReadonlyMap<string, BlockRow[]>> {
  const found = new Map<string, BlockRow[]>(decisions.map(({ manifest_id }) => [manifest_id, []]));
  const listed = [...found.keys()].map((id) => `'${id}'`).join();
  await eachJsonRow<BlockRow>(
    client,
    `select json_build_object('manifestId', b.envelope_id, 'localId', b.unit_local_id,
      'address', b.proposed_canonical_address, 'parent', b.candidate_edges->0->>'to',
      'summary', case when jsonb_typeof(b.payload_summary) = 'object' then b.payload_summary - 'text' - 'header'
        else '{}' end)
    from ${BLOCKS} b where b.envelope_id in (${listed}) and b.block_role = 'result'
    order by b.envelope_id, b.render_order, b.unit_local_id`,
    (block) => found.get(block.manifestId)?.push(block),
  );
  return found;
}

/** What the reviewer of an approval looked at. */
interface LookedAt {
  readonly entryId: string | null;
  readonly manifestId: string;
  readonly digests: ReadonlyMap<Digest, number>;
}

/** The approvals of one document, in the order of the log. */
class DocumentJudge {
  readonly docCode: string | null;
  readonly #lookedAt = new Map<string, LookedAt>();
  /** Manifests of which a block is known to be altered. */
  readonly #tainted = new Set<string>();

  constructor(docCode: string | null) {
    this.docCode = docCode;
  }

  take(row: ApprovalRow, blocks: readonly BlockRow[], head: number, findings: FsckFindings): void {
    const isAltered = (block: BlockRow) => findings.isTainted(BLOCKS, `${row.manifest_id}/${block.localId}`);
    if (findings.isTainted(RECORDS_OF, row.manifest_id) || blocks.some(isAltered))
      this.#tainted.add(row.decision_id);
    const records = approvedRecords(blocks);
    const report = this.#reporter(row, head, findings);
    const fault = approvedSetsFault(row.findings, records);
    if (fault !== null)
      report('digest-differs', 'findings', `Its records aren't those it names: ${fault}.`, []);
    // What waits for its position may rest on what waits, too. It is judged once it has one.
    if (row.position !== null) this.#hold(row, records, report);
    const digests = new Map<Digest, number>();
    for (const { digest, approvedBy } of records)
      if (approvedBy === null) digests.set(digest, (digests.get(digest) ?? 0) + 1);
    this.#lookedAt.set(row.decision_id, { entryId: row.entry_id, manifestId: row.manifest_id, digests });
  }

  #hold({ entry_id: entryId }: ApprovalRow, records: readonly RecordApproval[], report: Report): void {
    const carried = records.flatMap(({ digest, approvedBy }) =>
      approvedBy === null ? [] : [{ digest, approvedBy }],
    );
    // Who relied on an approval with altered records isn't blamed for that.
    const sound = carried.filter(({ approvedBy }) => !this.#tainted.has(approvedBy));
    const unfounded = unfoundedRecord(sound, (id) => {
      const earlier = this.#lookedAt.get(id);
      return earlier === undefined || earlier.entryId === entryId ? null : earlier.digests;
    });
    if (unfounded === null) return;
    const { approvedBy, digest } = unfounded;
    report(
      'approval-missing',
      'findings',
      `A record that it carries over (${digest}) was never approved by decision ${approvedBy}, which it names.`,
      [
        [DECISIONS, approvedBy],
        [ENVELOPES, this.#lookedAt.get(approvedBy)?.manifestId],
      ],
    );
  }

  #reporter(row: ApprovalRow, head: number, findings: FsckFindings): Report {
    return (verdict, column, message, more) => {
      if (this.#tainted.has(row.decision_id)) return;
      const refs: Ref[] = [
        [DECISIONS, row.decision_id],
        [ENVELOPES, row.manifest_id],
        [ENTRIES, row.entry_id],
        ...more,
      ];
      findings.derive(refs, {
        verdict,
        table: DECISIONS,
        key: row.decision_id,
        column,
        after: row.position,
        before: head,
        message,
      });
    };
  }
}

type Report = (
  verdict: 'digest-differs' | 'approval-missing',
  column: string,
  message: string,
  more: readonly Ref[],
) => void;

/** A cut, and one of the decisions that its approval carries over, as it was when the cut was made. */
interface LeaningRow {
  readonly change_set_id: string;
  readonly decision_id: string;
  readonly manifest_id: string;
  readonly at: string;
  readonly position: number;
  readonly leaned_id: string;
  /** Null where it is gone. */
  readonly verdict: string | null;
  readonly unit_local_id: string | null;
  readonly superseded_id: string | null;
  readonly superseded_at: number | null;
  readonly expires_at: string | null;
  readonly leaned_manifest_id: string | null;
  readonly leaned_entry_id: string | null;
  readonly status: EntryState | null;
}

/** The state that an entry had at a position: that of its last move before it. */
const statusAt = (entry: string, position: string) => `(select h.entry_version_after
  from cutter_governance.decision_backlog_history h
  cross join lateral ${positionSql('h.history_id')} p (at)
  where h.entry_id::text = ${entry} and p.at < ${position} order by p.at desc limit 1)`;

/** Decisions of the second version alone: an earlier program cut by those of the first whatever became of these. */
const LEANING_SQL = `/* fsck.withdrawn */ select json_build_object('change_set_id', k.change_set_id,
    'decision_id', d.review_decision_id, 'manifest_id', d.manifest_id, 'at', ${timeTextSql('k.emitted_at')},
    'position', k.position, 'leaned_id', named.id, 'verdict', c.verdict, 'unit_local_id', c.manifest_unit_local_id,
    'superseded_id', c.superseded_by_review_decision_id,
    'superseded_at', ${positionSql('c.superseded_by_review_decision_id')},
    'expires_at', ${timeTextSql('c.expires_at')}, 'leaned_manifest_id', c.manifest_id,
    'leaned_entry_id', m.source_doc_ref, 'status', ${statusAt('m.source_doc_ref', 'k.position')})
  from (select x.*, ${positionSql('x.change_set_id')} as position from ${CHANGE_SETS} x
    where x.change_kind = 'cut') k
  join ${DECISIONS} d on d.review_decision_id = k.review_decision_id and d.version = '2'
  cross join lateral jsonb_array_elements_text(
    case when jsonb_typeof(d.findings -> 'carried_over' -> 'decisions') = 'array'
      then d.findings -> 'carried_over' -> 'decisions' else '[]' end) named (id)
  left join ${DECISIONS} c on c.review_decision_id = case when named.id ~ '^${UUID_PATTERN}$' then named.id::uuid end
  left join ${ENVELOPES} m on m.envelope_id = c.manifest_id
  where k.position is not null`;

function judgeLeaning(row: LeaningRow, head: number, findings: FsckFindings): void {
  const { leaned_id: id, verdict, status } = row;
  // A decision that was never there, or whose moves can't be read, is found elsewhere.
  if (verdict === null || status === null) return;
  const seen = {
    verdict,
    unitLocalId: row.unit_local_id,
    isSuperseded: row.superseded_at !== null && row.superseded_at < row.position,
    expiresAt: row.expires_at,
    status,
  };
  const why = withdrawalOf(seen, row.at);
  if (why === null) return;
  findings.derive(
    [
      [CHANGE_SETS, row.change_set_id],
      [DECISIONS, row.decision_id],
      [DECISIONS, id],
      [DECISIONS, row.superseded_id],
      [ENVELOPES, row.leaned_manifest_id],
      [ENTRIES, row.leaned_entry_id],
    ],
    unapprovedCut(
      row.change_set_id,
      head,
      `Its approval carries over decision ${id}, which no longer counted when it was cut: it ${why}.`,
    ),
  );
}
