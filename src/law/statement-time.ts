/**
 * The times of a statement. A server signs as it writes, so its statement has the transaction's time. A caller signs
 * beforehand: its statement says when it was made and until when it is accepted, and the ledger writes in between.
 */

const ACCEPTED_MS = 15 * 60_000;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

export interface StatementTimes {
  /** UTC with microseconds. */
  readonly preparedAt: string;
  /** The first moment at which it is no longer accepted; absent where the server signed. */
  readonly acceptedUntil?: string;
}

/** The times of a statement that a caller is to sign. */
export function timesAhead(preparedAt: string): Required<StatementTimes> {
  const until = new Date(Date.parse(preparedAt) + ACCEPTED_MS).toISOString();
  // The microseconds stay.
  return { preparedAt, acceptedUntil: `${until.slice(0, 23)}${preparedAt.slice(23)}` };
}

/** Why a statement with these times can't be of what happens at `at`; null where it can. */
export function timeFault(
  { preparedAt, acceptedUntil }: Readonly<Record<string, unknown>>,
  at: string,
): 'unreadable' | 'early' | 'late' | null {
  if (typeof preparedAt !== 'string' || !TIME.test(preparedAt) || Number.isNaN(Date.parse(preparedAt)))
    return 'unreadable';
  const due = timesAhead(preparedAt).acceptedUntil;
  if (acceptedUntil !== due) return 'unreadable';
  if (at < preparedAt) return 'early';
  return at < due ? null : 'late';
}

/**
 * The times that the statement about what happened at `at` must have, by what its signer says of them: for every judge
 * that makes the statement again from the rows.
 */
export function signedTimes(payload: string, at: string): StatementTimes {
  const said = membersOf(payload);
  return timeFault(said, at) === null ? timesAhead(said['preparedAt'] as string) : { preparedAt: at };
}

/** The members of a signed text; none where it is no JSON object. */
export function membersOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
