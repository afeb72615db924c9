/** The verbs that sign, each with the field that gives what it would sign. That field needs what the verb needs. */

export const STATEMENT_VERBS = ['cut', 'verify'] as const;
type StatementVerb = (typeof STATEMENT_VERBS)[number];

/** The verb of a field like `cutStatement`; null of any other. */
export function verbOfStatement(field: string): StatementVerb | null {
  return STATEMENT_VERBS.find((verb) => field === `${verb}Statement`) ?? null;
}
