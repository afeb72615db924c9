import { type PlacedRules, rulesAt } from '../law/rules/rules.ts';
import type { TreeHead } from '../proof/checkpoint.ts';
import { type Passport, RULED_PASSPORT_FORMAT } from './format.ts';
import { openRecord, type PhaseRecords } from './records.ts';
import { refuseUnless } from './refuse.ts';

/**
 * The rules that the passport shows, each proved to be in the log. None before the format that has them: those of
 * origin held then. A passport can't show that no others lie between; the full check and monitors see that.
 */
export function openRules({ format, records }: Passport, head: TreeHead): readonly PlacedRules[] {
  const shown = records.rules ?? [];
  refuseUnless(
    shown.length > 0 === (format === RULED_PASSPORT_FORMAT),
    'records.rules',
    `A passport shows rules if it is of the format ${RULED_PASSPORT_FORMAT}, and only then.`,
  );
  return shown.map((one, at) => {
    const where = `records.rules.${at}`;
    const { rules, position } = openRecord(one, where, head);
    refuseUnless(
      rules !== undefined,
      `${where}.body`,
      `The record at position ${position} is about no rules.`,
    );
    return { ...rules, position };
  });
}

/** Refuses where the review or the cut names other rules than those in force at its position. */
export function holdNamedRules(
  { rows }: Passport,
  { review, cut }: PhaseRecords,
  shown: readonly PlacedRules[],
): void {
  const named = [
    ['decision', review, rulesNamedIn(rows.decision.columns.reviewer_independence_evidence)],
    ['changeSet', cut, rows.changeSet.columns.payload_summary['rules']],
  ] as const;
  for (const [row, { position }, version] of named) {
    const due = rulesAt(shown, position).version;
    refuseUnless(
      version === undefined || version === due,
      `rows.${row}.columns`,
      `It was judged by rules of version ${String(version)}, and the passport shows version ${due} for its position.`,
    );
  }
}

function rulesNamedIn(evidence: string | null | undefined): unknown {
  try {
    return (JSON.parse(evidence ?? '{}') as { readonly rules?: unknown } | null)?.rules;
  } catch {
    return undefined;
  }
}
