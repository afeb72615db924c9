import { canonicalForm } from '../document/canonicalize.ts';
import { effectDigest, type UnitEffect } from '../document/effect.ts';
import { type ManifestHeader, manifestDigest, manifestLeaf } from '../document/manifest.ts';
import { effectOfBlock, recordOfBlock, unitCountsOf } from '../law/manifest-block.ts';
import type { UnitCounts } from '../law/statement.ts';
import { digestOf } from '../proof/digest.ts';
import { leafHash } from '../proof/merkle.ts';
import type { PassportRows, RecordBlock, VanishedBlock } from './format.ts';
import { refuseUnless } from './refuse.ts';

/** What the blocks of a manifest come to, recomputed from them alone. */
export interface OpenedPlan {
  readonly header: ManifestHeader;
  readonly manifestDigest: string;
  readonly effectDigest: string;
  readonly counts: UnitCounts;
  readonly records: readonly RecordBlock[];
}

/** Recomputes a plan from its blocks: each byte in one record, the manifest's digest, and that of the effect. */
export function openPlan(rows: PassportRows): OpenedPlan {
  const records = rows.blocks.filter((block): block is RecordBlock => block.columns.block_role === 'result');
  const vanished = rows.blocks.filter(
    (block): block is VanishedBlock => block.columns.block_role === 'origin',
  );
  const header = records[0]?.columns.payload_summary.header as ManifestHeader | undefined;
  refuseUnless(header !== undefined, 'rows.blocks.0', 'The first block of the manifest has no header.');
  coverSource(records, header);
  const addresses = new Map(
    records.map(({ columns }) => [columns.unit_local_id, columns.proposed_canonical_address]),
  );
  const effects = [
    ...records.map((block, at) => recordEffect(block, addresses, `rows.blocks.${at}`)),
    ...vanished.map(vanishedEffect),
  ].filter((effect) => effect !== null);
  return {
    header,
    manifestDigest: manifestDigest(header, records.map(leafOf)),
    effectDigest: effectDigest(effects),
    counts: unitCountsOf(
      records.length,
      effects.map(({ action }) => action),
    ),
    records,
  };
}

const leafOf = (block: RecordBlock) =>
  leafHash(manifestLeaf(recordOfBlock(placeOfBlock(block), block.columns.payload_summary)));

function coverSource(records: readonly RecordBlock[], header: ManifestHeader): void {
  let at = 0;
  records.forEach(({ columns }, index) => {
    const { start, end } = columns.source_span;
    const where = `rows.blocks.${index}.columns`;
    refuseUnless(
      columns.render_order === index,
      `${where}.render_order`,
      `Block ${columns.unit_local_id} is number ${columns.render_order} of the manifest and is at place ${index}.`,
    );
    refuseUnless(
      start === at && end >= start,
      `${where}.source_span`,
      `Block ${columns.unit_local_id} covers the bytes from ${start} to ${end}, where ${at} is due: ` +
        'a byte is left out or covered twice.',
    );
    excludedText(columns, `${where}.payload_summary.text`);
    at = end;
  });
  refuseUnless(
    at === header.byteLength && records.length === header.recordCount,
    'rows.blocks',
    `The ${records.length} records end at byte ${at}; ` +
      `the manifest's header says ${header.recordCount} records and ${header.byteLength} bytes.`,
  );
}

/** A stretch that is no unit carries its text; a unit's text is bound by its digests. */
function excludedText(
  { payload_summary: summary, source_span: span, ...block }: RecordBlock['columns'],
  where: string,
): void {
  refuseUnless(
    (summary.role === 'excluded') === (summary.text !== undefined),
    where,
    `Block ${block.unit_local_id} is ${summary.role} and ${summary.text === undefined ? 'has no' : 'has a'} text.`,
  );
  if (summary.text === undefined) return;
  refuseUnless(
    Buffer.byteLength(summary.text) === span.end - span.start &&
      digestOf(summary.text) === summary.text_digest &&
      digestOf(canonicalForm(summary.text)) === summary.content_hash,
    where,
    `The text of the excluded stretch ${block.unit_local_id} isn't the one that its digests were made of.`,
  );
}

const placeOfBlock = ({ columns }: RecordBlock) => ({
  localId: columns.unit_local_id,
  start: columns.source_span.start,
  end: columns.source_span.end,
  renderOrder: columns.render_order,
  address: columns.proposed_canonical_address,
  parent: parentOf(columns),
});

export function parentOf({ candidate_edges: edges }: RecordBlock['columns']): string | null {
  return edges === null ? null : edges[0].to;
}

/** The effect on the unit of a record; none on an excluded stretch, which has neither address nor action. */
function recordEffect(
  block: RecordBlock,
  addresses: ReadonlyMap<string, string | null>,
  where: string,
): UnitEffect | null {
  const { columns } = block;
  const { action, version_seq } = columns.payload_summary;
  const address = columns.proposed_canonical_address;
  refuseUnless(
    (address === null && action === null) || (address !== null && action !== null && version_seq !== null),
    where,
    `Block ${columns.unit_local_id} has an address and no action with a version, or an action and no address.`,
  );
  return effectOfBlock(placeOfBlock(block), columns.payload_summary, addresses);
}

function vanishedEffect({ columns }: VanishedBlock): UnitEffect | null {
  const place = { address: columns.proposed_canonical_address, parent: null };
  return effectOfBlock(place, columns.payload_summary, new Map());
}
