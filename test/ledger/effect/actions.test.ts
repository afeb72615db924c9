import { expect, test } from 'vitest';
import { trimmedText } from '../../../src/document/address/base.ts';
import { planDocument } from '../../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { effectOf, planActions, unitCounts } from '../../../src/ledger/effect/actions.ts';
import type { LiveUnitRow } from '../../../src/ledger/effect/live-units.ts';
import { digestOf } from '../../../src/proof/digest.ts';

const TEXT = '# Law\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n\n## Three\n\nThird.\n';
const AMENDED = '# Law\n\n## One\n\nFirst.\n\n## Two\n\nAnother.\n\n## Four\n\nFourth.\n';

function planOf(text: string) {
  const spec = { profile: 'markdown' };
  return planDocument({ bytes: Buffer.from(text), docCode: 'law', spec, vocabulary: BASE_VOCABULARY });
}

/** The units of a document as they are read back after its first cut. */
async function rowsOf(text: string): Promise<readonly LiveUnitRow[]> {
  const { actions } = await planActions(planOf(text), []);
  return actions.map(({ record, address, parentAddress }) => ({
    address,
    unit_id: `unit ${address}`,
    version_id: `version ${address}`,
    version_seq: 1,
    highest_seq: 1,
    body_sha256: record.textDigest.slice('sha256:'.length),
    trimmed_sha256: digestOf(trimmedText(record.text)).slice('sha256:'.length),
    render_order: record.renderOrder,
    label: record.label,
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

test('an amendment is counted by what happens to each unit', async () => {
  const plan = planOf(AMENDED);
  expect(unitCounts(plan.records.length, await planActions(plan, await rowsOf(TEXT)))).toEqual({
    records: plan.records.length,
    birth: 1,
    version: 1,
    unchanged: 2,
    vanished: 1,
  });
});

test('the effect is another one where any unit fares otherwise', async () => {
  const plan = planOf(AMENDED);
  const all = await rowsOf(TEXT);
  const digests = await Promise.all(
    [all, all.slice(1), all.slice(0, -1), []].map(async (rows) => effectOf(await planActions(plan, rows))),
  );
  expect(new Set(digests).size).toBe(4);
});

test('a unit whose version lost its provenance is written again with the first cut that names it, or vanishes', async () => {
  const lost = (await rowsOf(TEXT)).map((row) => ({ ...row, provenance: null }));
  const { actions, vanished } = await planActions(planOf(AMENDED), lost);
  expect(actions.map(({ action }) => action)).toEqual(['version', 'version', 'version', 'birth']);
  expect(vanished).toMatchObject([{ address: 'law/three', parentAddress: null, sortOrder: 0 }]);
});
