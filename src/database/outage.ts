/**
 * What keeps the database from serving: read from SQLSTATEs, the system's codes and, where there is neither, words.
 * An outage passes by itself. What is not named here is a defect, or a fault of the input.
 */
export type Outage =
  | 'away'
  | 'waiting'
  | 'full'
  | 'exhausted'
  | 'failing'
  | 'read-only'
  | 'signed-out'
  | 'unfit';

/** What a caller reads of each. */
const SAYS: Readonly<Record<Outage, string>> = {
  away: "The ledger's database does not answer at the moment.",
  waiting: "The ledger's database did not finish this in the time that it may take.",
  full: "The ledger's database has no room left on its disk; its operator has to make room.",
  exhausted: "The ledger's database has no connection, memory or other resource left for this call.",
  failing: "The ledger's database can't read or write its files; its operator has to look at it.",
  'read-only': "The ledger's database takes no writes: it is a standby, or somebody made it read-only.",
  'signed-out': "The ledger's database does not let this server sign in; its operator has to look at it.",
  unfit:
    "A setting of the ledger's database would break what the ledger promises; its operator has to correct it.",
};

/** The sentence of an outage with the way out. */
export function outageSentence(outage: Outage): string {
  return `${SAYS[outage]} Repeat the call; with the same idempotency key it is answered once.`;
}

/** The code of a session that does not have the settings it needs. */
export const UNFIT_CODE = 'CUTTER_UNFIT';

const BY_CODE: Readonly<Record<string, Outage>> = {
  '25006': 'read-only',
  '25P03': 'away',
  '25P04': 'waiting',
  '28000': 'signed-out',
  '28P01': 'signed-out',
  '3D000': 'signed-out',
  '40000': 'waiting',
  '40001': 'waiting',
  '40003': 'away',
  '40P01': 'waiting',
  '53100': 'full',
  '55006': 'waiting',
  '55P03': 'waiting',
  '57014': 'waiting',
  EMFILE: 'exhausted',
  ENFILE: 'exhausted',
  [UNFIT_CODE]: 'unfit',
};

/** Whole classes: connection exceptions, resources, the operator's intervention, and the system's own errors. */
const BY_CLASS: Readonly<Record<string, Outage>> = {
  '08': 'away',
  '53': 'exhausted',
  '57': 'away',
  '58': 'failing',
};

/** Words of the system for a peer that can't be reached, or has gone. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What `pg` and slonik say, without a code, of a connection that broke between two statements. */
const BROKEN =
  /connection terminated|is not queryable|connection error|timeout expired|client is (pending destroy|destroyed)/i;
const BROKEN_NAME = /^(BackendTerminated|ConnectionError|Statement(Timeout|Cancelled)|IdleTransaction)/;

/**
 * PostgreSQL has no SQLSTATE of its own for these answers of a file system: it reports an internal error or a missing
 * right.
 */
const FILE_CODES = new Set(['XX000', '42501']);
const FULL_FILE = /No space left on device|Disk quota exceeded|File too large/;
const FAILING_FILE = /Read-only file system|Input\/output error|Stale file handle/;

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** The error and what caused it, outermost first. */
function chainOf(error: unknown): readonly Fault[] {
  const chain: Fault[] = [];
  for (let fault = error as Fault | null | undefined; fault && chain.length < 5; fault = fault.cause as Fault)
    chain.push(fault);
  return chain;
}

/** The first code in an error or its causes; null where there is none. */
export function codeOf(error: unknown): string | null {
  for (const { code } of chainOf(error)) if (typeof code === 'string' && code !== '') return code;
  return null;
}

/** What kept the database from serving; null where this error is something else. */
export function outageOf(error: unknown): Outage | null {
  const said = chainOf(error)
    .map(({ message }) => message)
    .filter((message) => typeof message === 'string')
    .join('\n');
  const code = codeOf(error);
  if (code === null) return isBroken(error) ? 'away' : null;
  if (FILE_CODES.has(code) && FULL_FILE.test(said)) return 'full';
  if (FILE_CODES.has(code) && FAILING_FILE.test(said)) return 'failing';
  const known = BY_CODE[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? BY_CLASS[code.slice(0, 2)] : undefined);
  if (known !== undefined) return known;
  return UNREACHED.has(code) ? 'away' : null;
}

function isBroken(error: unknown): boolean {
  return error instanceof Error && (BROKEN_NAME.test(error.constructor.name) || BROKEN.test(error.message));
}

/** Whether the database could not be asked, for a reason that passes by itself: nobody has to look at it. */
export function isAway(error: unknown): boolean {
  const outage = outageOf(error);
  return outage === 'away' || outage === 'exhausted' || outage === 'waiting';
}

/** Whether PostgreSQL found its own data damaged. No repetition helps, and somebody has to look. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'XX001' || code === 'XX002';
}
