import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { digestOf } from '../proof/digest.ts';
import { uuidOrNull } from './reading.ts';
import { NotFound } from './refusals.ts';

export interface Reconstruction {
  readonly bytes: Buffer;
  readonly digest: string;
  /** Whether the digest is that of the source in the approved manifest. */
  readonly matchesSource: boolean;
  /** Whether the cut was compensated: its units are void. */
  readonly void: boolean;
}

const textRow = z.object({
  text: z.string().nullable(),
  source_digest: z.string().nullable(),
  void: z.boolean(),
});

/**
 * Gives a cut's source back from its rows: unit bodies and excluded stretches in the order of the manifest. The source table
 * isn't asked; the digest to meet is that of the approved manifest's header.
 */
export async function reconstruct(
  evidence: CommonQueryMethods,
  changeSetId: string,
): Promise<Reconstruction> {
  const rows = await evidence.any(sql.prepared('reconstruct.records', textRow)`
    /* reconstruct.records */ select coalesce(v.body, b.payload_summary->>'text') as text,
      b.payload_summary->'header'->>'sourceDigest' as source_digest,
      exists (select 1 from cutter_governance.cut_change_set x where x.compensates_change_set_id = c.change_set_id) as void
    from cutter_governance.cut_change_set c
    join cutter_governance.manifest_unit_block b on b.envelope_id = c.manifest_id and b.block_role = 'result'
    left join public.unit_version made on made.provenance->>'change_set_id' = c.change_set_id::text
      and made.provenance->>'local_id' = b.unit_local_id
    left join public.unit_version v on v.id = coalesce(made.id, case when b.payload_summary->>'action' = 'unchanged'
        then ${uuidOrNull(sql.fragment`b.payload_summary->>'base_version_id'`)} end)
    where c.change_set_id = ${changeSetId}::uuid and c.change_kind = 'cut'
    order by b.render_order`);
  if (rows.length === 0) {
    const message = `There is no cut with change set ${changeSetId}.`;
    throw new NotFound(message, [{ path: ['changeSetId'], code: 'not-found', message }]);
  }
  const bytes = Buffer.from(rows.map((row) => row.text ?? '').join(''), 'utf8');
  const digest = digestOf(bytes);
  return { bytes, digest, matchesSource: digest === rows[0]?.source_digest, void: rows[0]?.void ?? false };
}
