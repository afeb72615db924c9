import { badInput } from './bad-input.ts';
import { UUID } from './cursor.ts';
import type { NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';

/** Fields of text that hold ids: of principals, entries and written rows. */
const IDS: ReadonlySet<string> = new Set([
  ...['changedBy', 'createdBy', 'sweptBy', 'emittedBy', 'decidedBy', 'verifiedBy', 'revokedBy', 'reviewer'],
  ...['sourceDocRef', 'targetRowId'],
]);

/** A value of a field as rows write it: an id in lower case, as every field of type UUID takes it. */
export function asWritten<Value>(field: string, value: Value): Value | string {
  return typeof value === 'string' && IDS.has(field) && UUID.test(value) ? value.toLowerCase() : value;
}

const SHOWN = 60;

/** Refuses a value that no row can have: it would answer an empty page, or a stream that stays silent for ever. */
export function refuseUnknown(
  noun: NounName,
  field: string,
  values: readonly unknown[],
  place: string,
): void {
  const allowed = NOUNS[noun].closed[field];
  const unknown =
    allowed === undefined ? undefined : values.find((value) => !allowed.includes(value as string));
  if (unknown === undefined) return;
  const shown = JSON.stringify(String(unknown).slice(0, SHOWN).toWellFormed());
  throw badInput(place, `has no value ${shown}; it is one of ${allowed?.join(', ')}.`);
}
