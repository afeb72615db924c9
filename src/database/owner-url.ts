/**
 * The owner's URL, as libpq and its users write it, in the one form that both drivers read alike: user, password, host,
 * port and database in their places, and `sslmode`. slonik and pg read other forms differently, and some of them would
 * make every login the owner.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { userInfo } from 'node:os';

/** The URL in the one form, or what is wrong with it, without its password. */
export interface ReadOwnerUrl {
  readonly url: string | null;
  readonly faults: readonly string[];
}

const FORM = 'must be a URL of the form postgres://owner:password@host:5432/database';

/** What has its place before the question mark, and may stand behind it. */
const PLACES = ['host', 'port', 'user', 'password', 'dbname'] as const;
const TLS_FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;
const PARAMETERS: ReadonlySet<string> = new Set([...PLACES, 'sslmode', ...TLS_FILES]);

/** Every mode that encrypts also checks the server's name and certificate, but for the one that says otherwise. */
const TLS_MODES: Readonly<Record<string, 'verify-full' | 'no-verify' | null>> = {
  disable: null,
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
  'no-verify': 'no-verify',
};

type Parameters = Partial<Record<string, string>>;

/** @param usual gives the user of a URL that names none */
export function readOwnerUrl(text: string, usual: () => string = systemUser): ReadOwnerUrl {
  const [, scheme, rest] = /^(postgres(?:ql)?:\/\/)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return { url: null, faults: [FORM] };
  // A user before no host, as with a socket behind the question mark, is no URL to the parser.
  const whole = `${scheme}${rest.replace(/^([^@/?#]*@)(?=[/?#]|$)/, `$1${NO_HOST}`)}`;
  if (!URL.canParse(whole)) return { url: null, faults: [FORM] };
  const url = new URL(whole);
  const faults = [...faultsOfParameters(url.searchParams)];
  const given: Parameters = Object.fromEntries(url.searchParams);
  const host = given['host'] ?? hostOf(url);
  const port = given['port'] ?? url.port;
  const user = (given['user'] ?? decodedPart(url.username)) || usual();
  const database = (given['dbname'] ?? decodedPart(url.pathname.slice(1))) || user;
  if (host === null)
    faults.push('names no host; name one, or the folder of a socket with ?host=/run/postgresql');
  else if (host.includes(',')) faults.push('names more than one host; the ledger lives on one server');
  if (user === '') faults.push('names no user, and this process has no name to use instead');
  if (!/^\d*$/.test(port) || Number(port) > 65_535) faults.push(`has the port "${port}"`);
  // Of these the two drivers decode different ones.
  if (/[#?/@:&=+$,;%]/.test(database))
    faults.push('names a database with one of the characters # ? / @ : & = + $ , ; %');
  if (host === null || faults.length > 0) return { url: null, faults };
  const password = given['password'] ?? decodedPart(url.password);
  const authority = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@${hostInUrl(host)}`;
  const place = `${authority}${port === '' ? '' : `:${port}`}/${encodeURIComponent(database)}`;
  return { url: `postgres://${place}${host.startsWith('/') ? '' : tlsOf(given)}`, faults };
}

/** The URL of a database without a user, in the one form with an empty password; the logins' own take their places. */
export function readLoginsUrl(text: string): ReadOwnerUrl {
  const { url, faults } = readOwnerUrl(text, () => 'cutter_observe');
  const parts = URL.canParse(text) ? new URL(text) : null;
  if (parts === null || url === null) return { url, faults: faults.map(withoutOwner) };
  const given = [
    parts.username,
    parts.password,
    ...['user', 'password'].map((name) => parts.searchParams.get(name)),
  ];
  const more = given.some((part) => part !== null && part !== '')
    ? [
        "names a user or a password; leave them out: a start signs in as the ledger's logins, by the home's secrets",
      ]
    : [];
  const database = parts.searchParams.get('dbname') ?? parts.pathname.slice(1);
  if (database === '') more.push('names no database');
  return more.length > 0 ? { url: null, faults: more } : { url, faults };
}

const withoutOwner = (fault: string) => fault.replace('owner:password@', '');

/** The name of the user that this process runs as. Containers run as users without one. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

const NO_HOST = 'no-host.invalid';

function hostOf({ hostname }: URL): string | null {
  const host = decodedPart(hostname).replace(/^\[(.*)\]$/, '$1');
  return host === '' || host === NO_HOST ? null : host;
}

/** Folders and addresses of IPv6 are escaped: only so do both drivers read them. */
function hostInUrl(host: string): string {
  return host.startsWith('/') || isIP(host) === 6 ? encodeURIComponent(host) : host;
}

function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function* faultsOfParameters(parameters: URLSearchParams): Generator<string> {
  for (const name of new Set(parameters.keys())) {
    if (!PARAMETERS.has(name)) yield `has the parameter "${name}", which isn't taken; leave it out`;
    else if (parameters.getAll(name).length > 1) yield `has the parameter "${name}" twice`;
  }
  const mode = parameters.get('sslmode');
  if (mode !== null && !(mode in TLS_MODES))
    yield `has sslmode "${mode}"; there are ${Object.keys(TLS_MODES).join(', ')}`;
  for (const name of TLS_FILES) {
    const file = parameters.get(name);
    if (file !== null && !isReadable(file)) yield `has ${name} "${file}", which can't be read`;
  }
  if (parameters.has('sslcert') !== parameters.has('sslkey')) yield 'needs sslcert and sslkey together';
}

function isReadable(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function tlsOf(given: Parameters): string {
  const files = TLS_FILES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  const mode = TLS_MODES[given['sslmode'] ?? (files.length > 0 ? 'verify-full' : 'disable')];
  return mode == null ? '' : `?${new URLSearchParams([['sslmode', mode], ...files])}`;
}

/** What a pool takes in place of the parameters: slonik has other words for them than pg. */
export function poolAddress(text: string) {
  const url = new URL(text);
  const file = (name: string) => {
    const path = url.searchParams.get(name);
    return path === null ? {} : { [name]: readFileSync(path, 'utf8') };
  };
  const mode = url.searchParams.get('sslmode');
  const { sslrootcert: ca, sslcert: cert, sslkey: key } = Object.assign({}, ...TLS_FILES.map(file));
  for (const name of ['sslmode', ...TLS_FILES]) url.searchParams.delete(name);
  const ssl = mode === null ? null : { rejectUnauthorized: mode !== 'no-verify', ca, cert, key };
  return { uri: url.href, ssl };
}

/** Host, port and database: never the password. @param url in the one form */
export function placeOfUrl(text: string): string {
  const { hostname, port, pathname } = new URL(text);
  return `${decodedPart(hostname)}:${port === '' ? 5432 : port}${pathname}`;
}
