import { checkHierarchy, checkReconstruction, checkVocabulary } from '../../document/checks.ts';
import type { VocabularyTerm } from '../../document/types.ts';
import type { UnitPlan } from '../effect/actions.ts';
import type { StoredBlock } from '../effect/blocks.ts';
import { type Expected, expectedVersion, type Note } from './verify-expected.ts';
import type { CutRows } from './verify-look.ts';

/** The three axes over the rows as they were read back. */
export function noteAxes(
  expected: Expected,
  blocks: readonly StoredBlock[],
  rows: CutRows,
  vocabulary: readonly VocabularyTerm[],
  sourceDigest: string,
  note: Note,
): void {
  const versions = new Map(rows.versions.map((version) => [version.id, version]));
  const versionOf = (unit: UnitPlan) => {
    const id = expectedVersion(expected, unit);
    return id === null ? undefined : versions.get(id);
  };
  const excluded = new Map(blocks.map((block) => [block.unit_local_id, block.summary['text']]));
  const planned = new Map(expected.actions.actions.map((unit) => [unit.record.localId, unit]));
  const texts = expected.plan.records.flatMap((record) => {
    const unit = planned.get(record.localId);
    const text = unit === undefined ? excluded.get(record.localId) : versionOf(unit)?.body;
    return typeof text === 'string' ? text : [];
  });
  for (const problem of checkReconstruction(texts, sourceDigest))
    note('A', null, problem.code, problem.message);

  const readBack = expected.actions.actions.flatMap((unit) => {
    const provenance = versionOf(unit)?.row['provenance'];
    return typeof provenance === 'object' && provenance !== null
      ? [{ unit, provenance: provenance as Record<string, never> }]
      : [];
  });
  const terms = readBack.map(({ unit, provenance }) => ({
    address: unit.address,
    kind: String(provenance['kind']),
    sectionType: String(provenance['section_type']),
  }));
  for (const problem of checkVocabulary(terms, vocabulary))
    note('B', problem.path[1] ?? null, problem.code, problem.message);
  const tree = readBack.map(({ unit, provenance }) => ({
    address: unit.address,
    unitKey: unit.address,
    parentKey: (provenance['parent_address'] ?? null) as string | null,
    sortOrder: (provenance['sort_order'] ?? null) as number | null,
  }));
  for (const problem of checkHierarchy(tree))
    note('C', problem.path[1] ?? null, problem.code, problem.message);
}
