import { type FragmentSqlToken, sql } from 'slonik';
import { uuidOrNull } from '../envelope/reading.ts';

/**
 * A unit of a document, derived and never stored. Its current version is the highest whose change set isn't
 * compensated. It is live if the document's newest uncompensated cut names it. If only compensated cuts made it, its
 * newest void version is given and marked `void`.
 */
export interface LiveUnitRow {
  readonly unit_id: string;
  readonly address: string;
  /** Null where it has no version at all, which no cut leaves behind. */
  readonly version_id: string | null;
  readonly version_seq: number;
  /** The highest of all its versions, void ones too. */
  readonly highest_seq: number;
  readonly body_sha256: string | null;
  /** The same of the body without the white space at its end. */
  readonly trimmed_sha256: string | null;
  readonly content_hash: string | null;
  readonly title: string | null;
  readonly provenance: {
    readonly kind: string;
    readonly section_type: string;
    readonly section_code: string | null;
    readonly parent_address: string | null;
    readonly sort_order: number;
  } | null;
  readonly void: boolean;
  /** Whether the newest effective cut names it, and in which place. */
  readonly named: boolean;
  readonly render_order: number | null;
  /** How it is cited, by that cut, else by its version. */
  readonly label: readonly string[] | null;
}

/** Whether the change set `id` was compensated, as SQL. */
function isCompensated(id: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`exists (
    select 1 from cutter_governance.cut_change_set x where x.compensates_change_set_id = ${id})`;
}

/**
 * The cuts of a document, the newest first. Each cut counts on from the one before under the document's lock; the
 * time at which its transaction began says nothing about that, since it may have waited.
 */
export function cutsOf(docCode: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`
    select c.change_set_id, c.manifest_id, c.executor_signature_id, c.payload_summary->'cut_seq' as cut_seq,
      ${isCompensated(sql.fragment`c.change_set_id`)} as compensated
    from cutter_governance.cut_change_set c
    where c.payload_summary->>'doc_code' = ${docCode} and c.change_kind = 'cut'
    order by c.payload_summary->'cut_seq' desc nulls last, c.change_set_id desc`;
}

/** One JSON array of `LiveUnitRow`s for the document code that the SQL expression `docCode` yields. */
export function liveUnits(docCode: FragmentSqlToken): FragmentSqlToken {
  return unitsWhere(docCode, {
    cut: sql.fragment`true`,
    version: sql.fragment`true`,
    unit: sql.fragment`true`,
  });
}

/** The same as it was before a cut, while no later one of the document is possible: what that cut was made against. */
export function unitsBefore(docCode: FragmentSqlToken, changeSetId: string): FragmentSqlToken {
  return unitsWhere(docCode, {
    cut: sql.fragment`k.change_set_id <> ${changeSetId}::uuid`,
    version: sql.fragment`v.provenance->>'change_set_id' is distinct from ${changeSetId}`,
    unit: sql.fragment`cur.id is not null`,
  });
}

function unitsWhere(
  docCode: FragmentSqlToken,
  only: Readonly<Record<'cut' | 'version' | 'unit', FragmentSqlToken>>,
): FragmentSqlToken {
  return sql.fragment`
    (select coalesce(json_agg(json_build_object('unit_id', u.id, 'address', u.canonical_address,
        'version_id', cur.id, 'version_seq', coalesce(cur.version_seq, 0), 'highest_seq', coalesce(top.highest_seq, 0),
        'body_sha256', encode(sha256(convert_to(cur.body, 'UTF8')), 'hex'),
        'trimmed_sha256', encode(sha256(convert_to(rtrim(cur.body, e' \\t\\r\\n'), 'UTF8')), 'hex'),
        'content_hash', cur.content_hash,
        'title', cur.title, 'provenance', cur.provenance, 'void', coalesce(cur.void, true),
        'named', named.address is not null, 'render_order', named.render_order,
        'label', coalesce(named.label, cur.provenance->'label'))), '[]')
      from public.information_unit u
      left join lateral (select v.id, v.version_seq, v.body, v.content_hash, v.title, v.provenance,
          ${isCompensated(uuidOrNull(sql.fragment`v.provenance->>'change_set_id'`))} as void
        from public.unit_version v where v.unit_id = u.id and ${only.version}
        order by void, v.version_seq desc limit 1) cur on true
      cross join lateral (
        select max(v.version_seq) as highest_seq from public.unit_version v
        where v.unit_id = u.id and ${only.version}) top
      left join (select b.proposed_canonical_address as address, b.render_order,
          case when jsonb_typeof(b.payload_summary) = 'object' then b.payload_summary->'label' end as label
        from (select k.manifest_id from (${cutsOf(docCode)}) k where not k.compensated and ${only.cut}
          order by k.cut_seq desc nulls last, k.change_set_id desc limit 1) newest
        join cutter_governance.manifest_unit_block b on b.envelope_id = newest.manifest_id and b.block_role = 'result'
        where b.proposed_canonical_address is not null) named on named.address = u.canonical_address
      where u.doc_code = ${docCode} and ${only.unit})`;
}
