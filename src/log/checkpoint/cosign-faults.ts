import type { SeenPlace } from '../setback/seen.ts';

/** The ledger isn't the one that this lane signed: it signs nothing more. The message says what was found. */
export class CosigningRefused extends Error {
  override readonly name = 'CosigningRefused';
}

/** The database has less than was seen of it: it was set back, whole and in good order. */
export class DatabaseSetBack extends Error {
  override readonly name = 'DatabaseSetBack';
  readonly incarnation: string;
  readonly seen: SeenPlace;

  constructor(message: string, incarnation: string, seen: SeenPlace) {
    super(message);
    this.incarnation = incarnation;
    this.seen = seen;
  }
}
