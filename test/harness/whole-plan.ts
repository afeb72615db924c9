import { ActionPlanning, type CutActions, type KnownUnit } from '../../src/document/actions.ts';
import { SourceReconstruction } from '../../src/document/checks.ts';
import type { DocumentProblem, ManifestFormat, PlanRecord } from '../../src/document/types.ts';

/** The actions of all records at once. */
export function actionsFor<L extends KnownUnit>(
  records: readonly PlanRecord[],
  live: ReadonlyMap<string, L>,
  format: ManifestFormat,
): CutActions<L> {
  const planning = new ActionPlanning(records, live, format);
  for (const record of records) planning.add(record);
  return planning.end();
}

/** Axis A, of all texts at once. */
export function checkReconstruction(texts: Iterable<string>, sourceDigest: string): DocumentProblem[] {
  const source = new SourceReconstruction();
  for (const text of texts) source.add(text);
  return source.problems(sourceDigest);
}
