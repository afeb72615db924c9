import type { DocumentPlan } from '../../document/types.ts';
import type { DocumentActions, UnitPlan } from '../effect/actions.ts';
import { type Birth, unitIds } from '../effect/births.ts';

/** What a cut must have written, recomputed from the source's bytes, the approved manifest and the cut's key. */
export interface Expected {
  readonly plan: DocumentPlan;
  readonly actions: DocumentActions;
  readonly birth: Birth;
  readonly ids: ReadonlyMap<string, string>;
}

/** The version that a unit of the manifest has after the cut; null where its manifest block no longer names one. */
export function expectedVersion(expected: Expected, unit: UnitPlan): string | null {
  if (unit.action === 'unchanged') return unit.live?.versionId ?? null;
  return expected.birth.ids.each(`version:${unit.record.localId}`);
}

/** Makes what the cut must have written from what was approved. */
export async function expectRows(
  plan: DocumentPlan,
  actions: DocumentActions,
  birth: Birth,
): Promise<Expected> {
  return { plan, actions, birth, ids: await unitIds(birth, actions) };
}
