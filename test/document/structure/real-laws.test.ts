/** Real statutes, whole: no byte is lost or doubled, each plan is the same again, and citations are found as written. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { manifestDigest, manifestHeader } from '../../../src/document/manifest.ts';
import { planDocument } from '../../../src/document/plan.ts';
import { GRANULARITIES, type Granularity } from '../../../src/document/profile/schema.ts';
import type { DocumentPlan } from '../../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../../harness/timeouts.ts';

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));

function planOf(bytes: Buffer, granularity: Granularity): DocumentPlan {
  const spec = { profile: 'statute-de', granularity };
  return planDocument({ bytes, docCode: 'law', spec, vocabulary: BASE_VOCABULARY });
}

/** The places of the records follow one another from 0, and their texts are the source. */
function expectWhole({ records, problems, coverage }: DocumentPlan, bytes: Buffer): void {
  expect(problems).toEqual([]);
  expect(coverage.complete).toBe(true);
  const broken = records.filter(({ start }, at) => start !== (records[at - 1]?.end ?? 0));
  expect([broken, records.at(-1)?.end]).toEqual([[], bytes.length]);
  expect(Buffer.from(records.map(({ text }) => text).join('')).equals(bytes)).toBe(true);
}

const digestOfPlan = (plan: DocumentPlan): string =>
  manifestDigest(manifestHeader(plan, { entryId: null, docCode: 'law' }), plan.leafHashes);

describe.each([`${shared}laws/`, `${shared}groundtruth/laws/`])('%s', (folder) => {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'SOURCES.md')
    : [];

  it.skipIf(names.length === 0).each(GRANULARITIES)(
    'is cut whole, and the same twice, at %s',
    (granularity) => {
      for (const name of names) {
        const bytes = readFileSync(folder + name);
        const plan = planOf(bytes, granularity);
        expectWhole(plan, bytes);
        expect(digestOfPlan(planOf(Buffer.from(bytes), granularity))).toBe(digestOfPlan(plan));
      }
    },
    RUNS_HUNDREDS_OF_ROUNDS_MS,
  );
});

it.skipIf(!existsSync(`${shared}laws/bgb.md`))('cites § 433 Abs. 1 of the civil code, once', () => {
  const { records } = planOf(readFileSync(`${shared}laws/bgb.md`), 'ITEM');
  const found = records.filter(({ label }) => label.join(' ') === '§ 433 Abs. 1');
  expect(found.map(({ address }) => address)).toEqual(['law/p-433/abs-1']);
  expect(found[0]?.text).toMatch(/^\(1\) Durch den Kaufvertrag/);
});
