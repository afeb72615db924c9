import { UUID } from './cursor.ts';

/** Fields of text that hold ids: of principals, entries and written rows. */
const IDS: ReadonlySet<string> = new Set([
  ...['changedBy', 'createdBy', 'sweptBy', 'emittedBy', 'decidedBy', 'verifiedBy', 'revokedBy', 'reviewer'],
  ...['sourceDocRef', 'targetRowId'],
]);

/** A value of a field as rows write it: an id in lower case, as every field of type UUID takes it. */
export function asWritten<Value>(field: string, value: Value): Value | string {
  return typeof value === 'string' && IDS.has(field) && UUID.test(value) ? value.toLowerCase() : value;
}
