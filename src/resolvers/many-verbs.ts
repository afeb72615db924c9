/** The verbs that take lists, too. Their fields need what the verb needs. */

export const MANY_VERBS = ['mark', 'review', 'cut', 'verify'] as const;
export type ManyVerb = (typeof MANY_VERBS)[number];

/** Items of one call. */
export const MOST_ITEMS = 500;

/** The verb of a field like `markMany`; null of any other. */
export function verbOfMany(field: string): ManyVerb | null {
  return MANY_VERBS.find((verb) => field === `${verb}Many`) ?? null;
}
