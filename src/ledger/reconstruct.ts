import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { NotFound, problemAt } from '../law/refusals.ts';
import { digestOf } from '../proof/digest.ts';
import { jsonRows, uuidOrNull } from './envelope/reading.ts';

export interface Reconstruction {
  readonly bytes: Buffer;
  readonly digest: string;
  /** Whether the digest is that of the source in the approved manifest. */
  readonly matchesSource: boolean;
  /** Whether the cut was compensated: its units are void. */
  readonly void: boolean;
}

/** A record of the manifest: its local id, its own text, and the earlier version that the cut left unchanged. */
type ManifestRecord = readonly [
  id: string,
  text: string | null,
  renderOrder: number,
  baseVersionId: string | null,
];
/** The text of a version, under the local id of its record or, where an earlier cut made it, under its own id. */
type VersionText = readonly [id: string, text: string];

/**
 * A thousand rows in one: the driver would hand over a hundred thousand rows in one turn of the event loop.
 */
const partRow = z.discriminatedUnion('part', [
  z.object({
    part: z.literal('record'),
    rows: jsonRows<ManifestRecord>(),
    source_digest: z.string().nullable(),
    void: z.boolean(),
  }),
  z.object({ part: z.enum(['made', 'base']), rows: jsonRows<VersionText>() }),
]);
type PartRow = z.infer<typeof partRow>;

/**
 * Gives a cut's source back from its rows: unit bodies and excluded stretches in the order of the manifest. The
 * source table isn't asked; the digest to meet is that of the approved manifest's header.
 *
 * Records and texts are read apart, each by an index, and joined here. PostgreSQL would plan a join by statistics that
 * know nothing of a new cut, and the wrong plan is quadratic in the units.
 */
export async function reconstruct(
  evidence: CommonQueryMethods,
  changeSetId: string,
): Promise<Reconstruction> {
  const rows = await evidence.any(sql.prepared('reconstruct.parts', partRow)`
    /* reconstruct.parts */ with judged as materialized (
      select c.change_set_id, c.manifest_id,
        exists (select 1 from cutter_governance.cut_change_set x
          where x.compensates_change_set_id = c.change_set_id) as void
      from cutter_governance.cut_change_set c where c.change_set_id = ${changeSetId}::uuid and c.change_kind = 'cut'),
    records as materialized (
      select b.unit_local_id, b.render_order, b.payload_summary->>'text' as text,
        case when b.payload_summary->>'action' = 'unchanged'
          then b.payload_summary->>'base_version_id' end as base_version_id,
        b.payload_summary->'header'->>'sourceDigest' as source_digest, j.void
      from judged j join cutter_governance.manifest_unit_block b on b.envelope_id = j.manifest_id
      where b.block_role = 'result')
    ${inThousands(
      sql.fragment`'record'`,
      sql.fragment`select json_build_array(r.unit_local_id, r.text, r.render_order, r.base_version_id) as row,
        r.source_digest, r.void from records r`,
    )}
    union all
    ${inThousands(
      sql.fragment`'made'`,
      sql.fragment`select json_build_array(made.provenance->>'local_id', made.body) as row, null as source_digest,
        false as void
      from judged j join public.unit_version made on made.provenance->>'change_set_id' = j.change_set_id::text`,
    )}
    union all
    ${inThousands(
      sql.fragment`'base'`,
      sql.fragment`select json_build_array(r.base_version_id, base.body) as row, null as source_digest, false as void
      from records r cross join lateral (select v.body from public.unit_version v
        where v.id = ${uuidOrNull(sql.fragment`r.base_version_id`)} offset 0) base`,
    )}`);
  const found = rows.filter((row) => row.part === 'record');
  if (found.length === 0) {
    const message = `There is no cut with change set ${changeSetId}.`;
    throw new NotFound(message, [problemAt(['changeSetId'], 'not-found', message, { changeSetId })]);
  }
  const bytes = Buffer.from(textsInOrder(rows).join(''), 'utf8');
  const digest = digestOf(bytes);
  const sourceDigest = found.find(({ source_digest }) => source_digest !== null)?.source_digest;
  return { bytes, digest, matchesSource: digest === sourceDigest, void: found.some((row) => row.void) };
}

function inThousands(part: FragmentSqlToken, rows: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`select ${part} as part, json_agg(row) as rows, max(source_digest) as source_digest,
      bool_or(void) as void
    from (select p.*, row_number() over () / 1000 as thousand from (${rows}) p) numbered group by thousand`;
}

/**
 * The text of each record, in the order of the manifest: the version that the cut made, the earlier one, or what was
 * set aside. Null where the rows have lost it; the digest shows that.
 */
function textsInOrder(rows: readonly PartRow[]): (string | null)[] {
  const texts = { made: new Map<string, string>(), base: new Map<string, string>() };
  const records: ManifestRecord[] = [];
  for (const row of rows) {
    if (row.part === 'record') records.push(...row.rows);
    else for (const [id, text] of row.rows) texts[row.part].set(id, text);
  }
  return records
    .sort(([, , one], [, , other]) => one - other)
    .map(
      ([id, text, , baseId]) =>
        texts.made.get(id) ?? (baseId === null ? null : texts.base.get(baseId)) ?? text,
    );
}
