import { type FragmentSqlToken, sql } from 'slonik';

/**
 * The units of a document as they stand, derived and never stored: a unit's current version is the highest whose change set isn't
 * compensated, and the units that stand are those named by the document's newest cut that isn't compensated. Of a unit that only
 * compensated cuts made, its newest void version is given and marked `void`.
 */
export interface LiveUnitRow {
  readonly unit_id: string;
  readonly address: string;
  readonly version_id: string;
  readonly version_seq: number;
  /** The highest of all its versions, void ones too. */
  readonly highest_seq: number;
  readonly body_sha256: string;
  readonly content_hash: string;
  readonly title: string | null;
  readonly provenance: {
    readonly kind: string;
    readonly section_type: string;
    readonly section_code: string | null;
    readonly parent_address: string | null;
    readonly sort_order: number;
  };
  readonly void: boolean;
  /** Whether the newest effective cut names it. */
  readonly named: boolean;
}

/** Whether the change set `id` was compensated, as SQL. */
function compensated(id: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`exists (select 1 from cutter_governance.cut_change_set x where x.compensates_change_set_id = ${id})`;
}

/** The newest cut of a document that isn't compensated: its change set, manifest and signature. */
export function newestCut(docCode: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`
    select c.change_set_id, c.manifest_id, c.executor_signature_id from cutter_governance.cut_change_set c
    where c.payload_summary->>'doc_code' = ${docCode} and c.change_kind = 'cut'
      and not ${compensated(sql.fragment`c.change_set_id`)}
    order by c.emitted_at desc, c.change_set_id desc limit 1`;
}

/** One JSON array of `liveUnitRow`s for the document code that the SQL expression `docCode` yields. */
export function liveUnits(docCode: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`
    (select coalesce(json_agg(json_build_object('unit_id', u.id, 'address', u.canonical_address,
        'version_id', cur.id, 'version_seq', cur.version_seq, 'highest_seq', top.highest_seq,
        'body_sha256', encode(sha256(convert_to(cur.body, 'UTF8')), 'hex'), 'content_hash', cur.content_hash,
        'title', cur.title, 'provenance', cur.provenance, 'void', cur.void, 'named', named.address is not null)), '[]')
      from public.information_unit u
      cross join lateral (select v.id, v.version_seq, v.body, v.content_hash, v.title, v.provenance,
          ${compensated(sql.fragment`(v.provenance->>'change_set_id')::uuid`)} as void
        from public.unit_version v where v.unit_id = u.id
        order by void, v.version_seq desc limit 1) cur
      cross join lateral (select max(v.version_seq) as highest_seq from public.unit_version v where v.unit_id = u.id) top
      left join (select b.proposed_canonical_address as address from (${newestCut(docCode)}) newest
        join cutter_governance.manifest_unit_block b on b.envelope_id = newest.manifest_id and b.block_role = 'result'
        where b.proposed_canonical_address is not null) named on named.address = u.canonical_address
      where u.doc_code = ${docCode})`;
}
