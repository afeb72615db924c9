/**
 * Which settings the ledger's statements and promises need of a session: one list, for the start and for every new
 * connection.
 */
import type { Login } from '../../home/secrets.ts';

interface Needed {
  readonly name: string;
  /** The value to set, in SQL. */
  readonly setTo: string;
  /** What would happen with a value that isn't fit. */
  readonly otherwise: string;
  /** @param value as `pg_settings` has it: times in ms, or in the setting's own unit */
  isFit(value: string): boolean;
  /** Only sessions that write need it. */
  readonly toWrite?: true;
  /** Set for the whole server, not for a role. */
  readonly ofServer?: true;
  /** Shortens what callers get and breaks no promise: a start refuses it, a running server goes on. */
  readonly atStart?: true;
}

const LOSES = 'a crash could take back what was acknowledged';
const MISREADS = 'values would be read or written as others';
const CUT_OFF = 'longer calls would be cut off';

const anyOf =
  (...wanted: readonly string[]) =>
  (value: string) =>
    wanted.includes(value);
/** Milliseconds, where 0 is without a limit. */
const atLeast = (least: number) => (value: string) => Number(value) === 0 || Number(value) >= least;

const NEEDED: readonly Needed[] = [
  // `remote_apply` promises more than `on`; `remote_write` and `local` give up a standby's disk, and `off` our own.
  {
    name: 'synchronous_commit',
    setTo: "'on'",
    otherwise: LOSES,
    isFit: anyOf('on', 'remote_apply'),
    toWrite: true,
  },
  { name: 'fsync', setTo: 'on', otherwise: LOSES, isFit: anyOf('on'), toWrite: true, ofServer: true },
  {
    name: 'full_page_writes',
    setTo: 'on',
    otherwise: LOSES,
    isFit: anyOf('on'),
    toWrite: true,
    ofServer: true,
  },
  {
    name: 'default_transaction_read_only',
    setTo: "'off'",
    otherwise: 'nothing could be written',
    isFit: anyOf('off'),
    toWrite: true,
  },
  {
    name: 'session_replication_role',
    setTo: "'origin'",
    otherwise: 'references between rows would not be checked',
    isFit: anyOf('origin'),
  },
  {
    name: 'row_security',
    setTo: "'on'",
    otherwise: 'the policies of the lanes would end statements',
    isFit: anyOf('on'),
  },
  {
    name: 'search_path',
    setTo: 'pg_catalog, pg_temp',
    otherwise: "other schemas could put their functions in the place of PostgreSQL's",
    isFit: anyOf('pg_catalog, pg_temp'),
  },
  {
    name: 'TimeZone',
    setTo: "'UTC'",
    otherwise: 'times would be read as others',
    isFit: anyOf('UTC', 'Etc/UTC'),
  },
  {
    name: 'DateStyle',
    setTo: "'ISO, MDY'",
    otherwise: MISREADS,
    isFit: (value) => value.startsWith('ISO'),
  },
  { name: 'bytea_output', setTo: "'hex'", otherwise: MISREADS, isFit: anyOf('hex') },
  {
    name: 'extra_float_digits',
    setTo: "'1'",
    otherwise: 'numbers would lose digits',
    isFit: anyOf('1', '2', '3'),
  },
  { name: 'standard_conforming_strings', setTo: "'on'", otherwise: MISREADS, isFit: anyOf('on') },
  { name: 'array_nulls', setTo: "'on'", otherwise: MISREADS, isFit: anyOf('on') },
  { name: 'client_encoding', setTo: "'UTF8'", otherwise: MISREADS, isFit: anyOf('UTF8') },
  {
    name: 'zero_damaged_pages',
    setTo: 'off',
    otherwise: 'damaged rows would vanish in silence',
    isFit: anyOf('off'),
    ofServer: true,
  },
  { name: 'statement_timeout', setTo: "'60s'", otherwise: CUT_OFF, isFit: atLeast(5_000), atStart: true },
  {
    name: 'lock_timeout',
    setTo: "'4s'",
    otherwise: 'calls that take turns would be refused',
    isFit: atLeast(1_000),
    atStart: true,
  },
  {
    name: 'idle_in_transaction_session_timeout',
    setTo: "'60s'",
    otherwise: 'a call that thinks between statements would be cut off',
    isFit: atLeast(5_000),
    atStart: true,
  },
  {
    name: 'idle_session_timeout',
    setTo: '0',
    otherwise: 'sessions that listen rest for hours and would be ended',
    isFit: anyOf('0'),
    atStart: true,
  },
  { name: 'transaction_timeout', setTo: '0', otherwise: CUT_OFF, isFit: atLeast(60_000), atStart: true },
];

const WRITERS: ReadonlySet<Login> = new Set([
  'cutter_exec',
  'cutter_verify',
  'cutter_registrar',
  'cutter_gate',
  'cutter_integrator',
]);

/** By name, as `pg_settings` has them. */
export type Settings = Readonly<Record<string, string>>;

/** SQL for the settings of this session, as one JSON object. */
export const SESSION_SETTINGS = `(select pg_catalog.json_object_agg(name, setting) from pg_catalog.pg_settings
  where name in (${NEEDED.map(({ name }) => `'${name}'`).join(', ')}))`;

/** A setting that has to be another one. */
export type Unfit = Needed & { readonly value: string };

/** The settings that don't suit a login's session. Limits of time count only at a start. */
export function unfitIn(settings: Settings, login: Login, { isStart = false } = {}): readonly Unfit[] {
  return NEEDED.flatMap((needed) => {
    const counts = (isStart || !needed.atStart) && (!needed.toWrite || WRITERS.has(login));
    const value = settings[needed.name];
    // Some limits of time came with later versions of PostgreSQL; everything else is always there.
    const isFit = value === undefined ? needed.atStart === true : needed.isFit(value);
    return isFit || !counts ? [] : [{ ...needed, value: value ?? 'unknown' }];
  });
}

/** The SQL that sets it for the whole server. */
export const serverRepair = ({ name, setTo }: Unfit): string =>
  `alter system set ${name} = ${setTo}; select pg_reload_conf();`;
