import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimmedText } from '../../../src/document/address/base.ts';
import { effectDigest } from '../../../src/document/effect.ts';
import { manifestDigest, manifestHeader, manifestLeaf } from '../../../src/document/manifest.ts';
import { planDocument } from '../../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import {
  type ActionSummary,
  effectOfBlock,
  type RecordSummary,
  recordOfBlock,
  unitCountsOf,
} from '../../../src/law/manifest-block.ts';
import { effectOf, planActions, unitCounts } from '../../../src/ledger/effect/actions.ts';
import { manifestBlocks } from '../../../src/ledger/effect/blocks.ts';
import type { LiveUnitRow } from '../../../src/ledger/effect/live-units.ts';
import { digestOf } from '../../../src/proof/digest.ts';
import { leafHash } from '../../../src/proof/merkle.ts';
import { derivedId } from '../../../src/proof/uuid.ts';

/*
 * A manifest goes into rows when it is reviewed. The full check and a passport read its records, its effect and its counts back out of
 * them; they must be those that the cut had.
 */

const section = fc.record({
  number: fc.integer({ min: 1, max: 6 }),
  text: fc.constantFrom('A.', 'B.', 'Ç.\n'),
});
const document = fc
  .uniqueArray(section, { selector: ({ number }) => number, maxLength: 5 })
  .map(
    (sections) => `# Law\n\n${sections.map(({ number, text }) => `## § ${number}\n${text}`).join('\n\n')}\n`,
  );

function planOf(text: string) {
  const spec = { profile: 'markdown' };
  return planDocument({ bytes: Buffer.from(text), docCode: 'x', spec, vocabulary: BASE_VOCABULARY });
}

/** The units that stand after the cut of a text, as the database gives them. */
async function liveAfter(text: string): Promise<LiveUnitRow[]> {
  const { actions } = await planActions(planOf(text), []);
  return actions.map(({ record, address, parentAddress }) => ({
    unit_id: derivedId(`unit ${address}`),
    address,
    version_id: derivedId(`version ${address}`),
    version_seq: 1,
    highest_seq: 1,
    body_sha256: record.textDigest.slice('sha256:'.length),
    trimmed_sha256: digestOf(trimmedText(record.text)).slice('sha256:'.length),
    render_order: record.renderOrder,
    label: record.label,
    content_hash: record.contentHash,
    title: record.title,
    provenance: {
      kind: record.kind,
      section_type: record.sectionType,
      section_code: record.sectionCode,
      parent_address: parentAddress,
      sort_order: record.sortOrder as number,
    },
    void: false,
    named: true,
  }));
}

test('records, effect and counts that are read out of a manifest’s blocks are those of its cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.option(document), document, async (before, after) => {
      const plan = planOf(after);
      const actions = await planActions(plan, before === null ? [] : await liveAfter(before));
      const header = manifestHeader(plan, { entryId: derivedId('entry'), docCode: 'x' });
      const keys = { envelopeId: derivedId('envelope'), entryId: derivedId('entry') };
      const made = manifestBlocks(keys, plan, header, actions);
      const blocks = made.slice(0, made.length).map((block) => ({
        role: block.block_role,
        summary: block.payload_summary as unknown as RecordSummary & ActionSummary,
        place: {
          localId: block.unit_local_id,
          ...(block.source_span as { start: number; end: number }),
          renderOrder: block.render_order,
          address: block.proposed_canonical_address,
          parent: (block.candidate_edges as { to: string }[] | null)?.[0]?.to ?? null,
        },
      }));
      const records = blocks.filter(({ role }) => role === 'result');
      const addresses = new Map(records.map(({ place }) => [place.localId, place.address]));
      const effects = blocks.flatMap(({ place, summary }) => effectOfBlock(place, summary, addresses) ?? []);
      expect(records.map(({ place, summary }) => recordOfBlock(place, summary))).toEqual(
        plan.records.map(({ text: _, ...record }) => expect.objectContaining(record)),
      );
      const leaves = records.map(({ place, summary }) =>
        leafHash(manifestLeaf(recordOfBlock(place, summary))),
      );
      expect(manifestDigest(header, leaves)).toBe(manifestDigest(header, plan.leafHashes));
      expect(effectDigest(effects)).toBe(await effectOf(actions));
      expect(
        unitCountsOf(
          records.length,
          effects.map(({ action }) => action),
        ),
      ).toEqual(unitCounts(plan.records.length, actions));
    }),
    { numRuns: 200 },
  );
});
