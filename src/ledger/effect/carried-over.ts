import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { DocumentPlan, PlanRecord, RecordRole } from '../../document/types.ts';
import { approvedSets } from '../../law/approved-sets.ts';
import {
  type ApprovedBefore,
  carriesApproval,
  carryOver,
  type SeenRecord,
  unitDigest,
} from '../../law/carried-over.ts';
import { ENTRY_STATES } from '../../law/states.ts';
import type { Digest } from '../../proof/digest.ts';
import { timeText } from '../../text/time-sql.ts';
import { nextTurn } from '../../threads/turns.ts';
import { AT, jsonRows } from '../envelope/reading.ts';

/** Who approved a record before, and when. */
export interface EarlierApproval {
  readonly decisionId: string;
  readonly manifestId: string;
  readonly decidedBy: string;
  readonly decidedAt: string;
}

/** Which records of a plan were approved before, and which are to be reviewed. */
export interface CarriedOver {
  /** Names the records that are carried over, with whose approvals they have. */
  readonly digest: Digest;
  /** By the local id of the record. */
  readonly approvals: ReadonlyMap<string, EarlierApproval>;
  readonly reviewedCount: number;
  /** The two sets, as a decision names them. */
  readonly sets: ReturnType<typeof approvedSets>;
}

type Connection = Pick<CommonQueryMethods, 'one'>;

/** Records that are hashed, or rows that are read, in one turn of the event loop. */
const TURN = 2_000;

/** A plan of which nothing is carried over: a reviewer looks at all of it. */
export async function nothingCarriedOver(plan: DocumentPlan): Promise<CarriedOver> {
  return setsOf(plan, await unitDigests(plan), () => null);
}

/**
 * What of a plan was approved before, by decisions on other entries of the document: a review of an entry supersedes
 * what was decided about it. Each record names the decision of the reviewer who looked at it, not of one who relied on
 * that.
 */
export async function carriedOver(
  connection: Connection,
  { docCode, entryId }: { readonly docCode: string; readonly entryId: string | null },
  plan: DocumentPlan,
): Promise<CarriedOver> {
  const earlier = await earlierApprovals(connection, docCode, entryId);
  const [newest] = earlier.values();
  if (newest === undefined) return nothingCarriedOver(plan);
  const digests = await unitDigests(plan);
  const parents = parentAddresses(plan.records);
  const approved = await blocksOfNewest(connection, newest, earlier);
  const known = new Set(approved.map(({ digest }) => digest));
  const missing = plan.records.filter((_, index) => !known.has(digests[index] as Digest));
  approved.push(...(await blocksElsewhere(connection, missing, earlier)));
  const planned = digests.map((digest, index) => ({ digest, parentAddress: parents[index] ?? null }));
  const carried = carryOver(planned, approved);
  return setsOf(plan, digests, (index) => earlier.get(carried[index] ?? 'none') ?? null);
}

function setsOf(
  plan: DocumentPlan,
  digests: readonly Digest[],
  approvalOf: (index: number) => EarlierApproval | null,
): CarriedOver {
  const approvals = new Map<string, EarlierApproval>();
  const records = plan.records.map(({ localId }, index) => {
    const approval = approvalOf(index);
    if (approval !== null) approvals.set(localId, approval);
    return { digest: digests[index] as Digest, approvedBy: approval?.decisionId ?? null };
  });
  const sets = approvedSets(records);
  return { digest: sets.carried_over.digest, approvals, reviewedCount: sets.reviewed.records, sets };
}

async function unitDigests({ records }: DocumentPlan): Promise<readonly Digest[]> {
  const parents = parentAddresses(records);
  const digests: Digest[] = [];
  for (const [index, record] of records.entries()) {
    if (index % TURN === TURN - 1) await nextTurn();
    digests.push(unitDigest({ ...record, parentAddress: parents[index] ?? null }));
  }
  return digests;
}

function parentAddresses(records: readonly PlanRecord[]): readonly (string | null)[] {
  const addresses = new Map(records.map(({ localId, address }) => [localId, address]));
  return records.map(({ parentLocalId }) =>
    parentLocalId === null ? null : (addresses.get(parentLocalId) ?? null),
  );
}

const decisionsRow = z.object({
  at: z.string(),
  decisions: z.array(
    z.object({
      decision_id: z.string(),
      manifest_id: z.string(),
      by: z.string(),
      decided_at: z.string(),
      verdict: z.string(),
      unit_local_id: z.string().nullable(),
      superseded: z.boolean(),
      expires_at: z.string().nullable(),
      status: z.enum(ENTRY_STATES),
    }),
  ),
});

/** The approvals of the document that count, newest first, by the ids of their decisions. */
async function earlierApprovals(
  connection: Connection,
  docCode: string,
  entryId: string | null,
): Promise<ReadonlyMap<string, EarlierApproval>> {
  const { at, decisions } = await connection.one(sql.prepared('carriedOver.decisions', decisionsRow)`
    /* carriedOver.decisions */ select ${AT} as at, (
      select coalesce(json_agg(json_build_object('decision_id', d.review_decision_id, 'manifest_id', d.manifest_id,
        'by', d.decided_by, 'decided_at', ${timeText(sql.fragment`d.decision_at`)}, 'verdict', d.verdict,
        'unit_local_id', d.manifest_unit_local_id, 'superseded', d.superseded_by_review_decision_id is not null,
        'expires_at', ${timeText(sql.fragment`d.expires_at`)}, 'status', e.status)
        order by d.created_at desc, d.review_decision_id desc), '[]')
      from cutter_source.source s
      join cutter_governance.decision_backlog_entry e on e.payload->>'iu_ref' = 'source:' || s.source_id
      join cutter_governance.manifest_envelope m on m.source_doc_ref = e.entry_id::text
      join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
      where s.doc_code = ${docCode} and e.entry_id is distinct from ${entryId}::uuid and d.verdict = 'approve'
        and d.superseded_by_review_decision_id is null) as decisions`);
  return new Map(
    decisions.flatMap((one) => {
      const { decision_id: decisionId, manifest_id: manifestId, by: decidedBy, decided_at: decidedAt } = one;
      const seen = {
        verdict: one.verdict,
        unitLocalId: one.unit_local_id,
        isSuperseded: one.superseded,
        expiresAt: one.expires_at,
        status: one.status,
      };
      return carriesApproval(seen, at)
        ? [[decisionId, { decisionId, manifestId, decidedBy, decidedAt }]]
        : [];
    }),
  );
}

/** A block of an approved manifest, as far as a reviewer saw it. */
type BlockRow = readonly [
  manifestId: string,
  order: number,
  localId: string,
  address: string | null,
  parent: string | null,
  role: RecordRole,
  kind: string,
  sectionType: string,
  sectionCode: string | null,
  title: string | null,
  excludedBecause: string | null,
  textDigest: string,
  approvedBy: string | null,
];
const blocksRow = z.object({ blocks: jsonRows<BlockRow>() });

/** A block as a `BlockRow`, for blocks aliased `b`; `parent` is SQL of what names its parent. */
const blockJson = (parent: ReturnType<typeof sql.fragment>) => sql.fragment`json_build_array(b.envelope_id,
  b.render_order, b.unit_local_id, b.proposed_canonical_address, ${parent}, b.payload_summary->>'role',
  b.payload_summary->>'kind', b.payload_summary->>'section_type', b.payload_summary->>'section_code',
  b.payload_summary->>'title', b.payload_summary->>'excluded_because', b.payload_summary->>'text_digest',
  b.payload_summary->>'approved_by')`;

const PARENT_ID = sql.fragment`b.candidate_edges->0->>'to'`;

/** All records of the newest approved manifest, by pages. What it carried over counts for who looked at it. */
async function blocksOfNewest(
  connection: Connection,
  newest: EarlierApproval,
  earlier: ReadonlyMap<string, EarlierApproval>,
): Promise<ApprovedBefore[]> {
  const approved: ApprovedBefore[] = [];
  const addresses = new Map<string, string | null>();
  for (let from = 0; ; ) {
    const { blocks } = await connection.one(sql.prepared('carriedOver.newest', blocksRow)`
      /* carriedOver.newest */
      select coalesce(json_agg(${blockJson(PARENT_ID)} order by b.render_order), '[]') as blocks
      from (select * from cutter_governance.manifest_unit_block k
        where k.envelope_id = ${newest.manifestId}::uuid and k.render_order >= ${from}
        order by k.render_order limit ${TURN}) b`);
    for (const block of blocks) addresses.set(block[2], block[3]);
    for (const block of blocks) {
      const by = block[12] ?? newest.decisionId;
      if (block[5] === null || !earlier.has(by)) continue;
      const parent = block[4] === null ? null : (addresses.get(block[4]) ?? null);
      approved.push({ ...approvedBy(block, parent, by), order: block[1] });
    }
    if (blocks.length < TURN) return approved;
    from = (blocks.at(-1)?.[1] ?? 0) + 1;
  }
}

function approvedBy(block: BlockRow, parentAddress: string | null, decisionId: string): ApprovedBefore {
  const [
    manifestId,
    ,
    ,
    address,
    ,
    role,
    kind,
    sectionType,
    sectionCode,
    title,
    excludedBecause,
    textDigest,
  ] = block;
  const record: SeenRecord = {
    role,
    address,
    parentAddress,
    kind,
    sectionType,
    sectionCode,
    title,
    excludedBecause,
    textDigest,
  };
  return { digest: unitDigest(record), manifestId, decisionId, order: null };
}

/** Records that the newest approved manifest doesn't have: what a reviewer of an earlier one looked at. */
async function blocksElsewhere(
  connection: Connection,
  missing: readonly PlanRecord[],
  earlier: ReadonlyMap<string, EarlierApproval>,
): Promise<ApprovedBefore[]> {
  const byManifest = new Map([...earlier.values()].map((one) => [one.manifestId, one]));
  const places = [...byManifest.keys()];
  const approved: ApprovedBefore[] = [];
  for (let from = 0; from < missing.length; from += TURN) {
    const part = missing.slice(from, from + TURN);
    const addresses = part.flatMap(({ address }) => address ?? []);
    const texts = part.flatMap(({ address, textDigest }) => (address === null ? [textDigest] : []));
    const { blocks } = await connection.one(sql.prepared('carriedOver.elsewhere', blocksRow)`
      /* carriedOver.elsewhere */ select coalesce(json_agg(${blockJson(sql.fragment`p.proposed_canonical_address`)}
          order by array_position(${sql.array(places, 'uuid')}, b.envelope_id), b.render_order), '[]') as blocks
      from (
        select k.* from cutter_governance.manifest_unit_block k
        where k.proposed_canonical_address = any(${sql.array(addresses, 'text')})
          and k.envelope_id = any(${sql.array(places, 'uuid')})
        union all
        select k.* from cutter_governance.manifest_unit_block k
        where k.envelope_id = any(${sql.array(places, 'uuid')}) and k.proposed_canonical_address is null
          and k.payload_summary->>'text_digest' = any(${sql.array(texts, 'text')})) b
      left join cutter_governance.manifest_unit_block p
        on p.envelope_id = b.envelope_id and p.unit_local_id = ${PARENT_ID}
      where b.block_role = 'result' and b.payload_summary->>'approved_by' is null`);
    for (const block of blocks) {
      const by = byManifest.get(block[0])?.decisionId;
      if (by !== undefined) approved.push(approvedBy(block, block[4], by));
    }
  }
  return approved;
}
