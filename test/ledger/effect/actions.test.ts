import { expect, test } from 'vitest';
import { planDocument } from '../../../src/document/plan.ts';
import type { PlanRecord } from '../../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { effectOf, planActions, unitCounts } from '../../../src/ledger/effect/actions.ts';
import type { LiveUnitRow } from '../../../src/ledger/effect/live-units.ts';

const TEXT = '# Law\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n\n## Three\n\nThird.\n';
const AMENDED = '# Law\n\n## One\n\nFirst.\n\n## Two\n\nAnother.\n\n## Four\n\nFourth.\n';

function recordsOf(text: string): readonly PlanRecord[] {
  const spec = { profile: 'markdown' };
  return planDocument({ bytes: Buffer.from(text), docCode: 'law', spec, vocabulary: BASE_VOCABULARY })
    .records;
}

/** The units of a document as they are read back after its first cut. */
function rowsOf(text: string): readonly LiveUnitRow[] {
  return planActions(recordsOf(text), []).actions.map(({ record, address, parentAddress }) => ({
    address,
    unit_id: `unit ${address}`,
    version_id: `version ${address}`,
    version_seq: 1,
    highest_seq: 1,
    body_sha256: record.textDigest.slice('sha256:'.length),
    content_hash: record.contentHash,
    title: record.title,
    void: false,
    named: true,
    provenance: {
      kind: record.kind,
      section_type: record.sectionType,
      section_code: record.sectionCode,
      parent_address: parentAddress,
      sort_order: record.sortOrder ?? 0,
    },
  }));
}

test('an amendment is counted by what happens to each unit', () => {
  const records = recordsOf(AMENDED);
  expect(unitCounts(records.length, planActions(records, rowsOf(TEXT)))).toEqual({
    records: records.length,
    birth: 1,
    version: 1,
    unchanged: 2,
    vanished: 1,
  });
});

test('the effect is another one where any unit fares otherwise', () => {
  const records = recordsOf(AMENDED);
  const digests = [rowsOf(TEXT), rowsOf(TEXT).slice(1), rowsOf(TEXT).slice(0, -1), []].map((rows) =>
    effectOf(planActions(records, rows)),
  );
  expect(new Set(digests).size).toBe(4);
});
