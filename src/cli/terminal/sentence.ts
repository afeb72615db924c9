import type { Config } from '../../config.ts';
import { placeOfUrl } from '../../database/owner-url.ts';
import { reasonOf } from '../../home/home-folder.ts';

/** What went wrong, in one sentence and without a stack. */
export function faultSentence(
  error: unknown,
  config: Pick<Config, 'port' | 'host' | 'databaseUrl' | 'loginsUrl'>,
): string {
  const { code, message, syscall, path, hostname } = innermostFault(error);
  if (path !== undefined && syscall !== 'connect')
    return `${path} can't be used: ${reasonOf(error)}. It belongs to the ledger's home. See CUTTER_HOME.`;
  if (syscall === 'getaddrinfo' && hostname === config.host)
    return `${config.host} is neither an address nor a name of this machine. See CUTTER_HOST.`;
  const known = loginSentence(code, message) ?? foreseenSentence(code, config);
  return known ?? (message === '' ? `it failed (${code ?? 'without a reason'}).` : message);
}

/** Where the owner may connect and a login of the ledger's may not; null for anything else. */
function loginSentence(code: string | undefined, message: string): string | null {
  const [, login] = /user "(cutter_(?!owner)\w+)"/.exec(message) ?? [];
  if (code !== '28000' || login === undefined) return null;
  return (
    `PostgreSQL refuses the ledger's login ${login} (${message}). The logins have passwords: ` +
    'pg_hba.conf needs scram-sha-256 for them.'
  );
}

function foreseenSentence(
  code: string | undefined,
  config: Pick<Config, 'port' | 'host' | 'databaseUrl' | 'loginsUrl'>,
): string | null {
  const url = config.databaseUrl ?? config.loginsUrl;
  const at = url === null ? 'the embedded database' : placeOfUrl(url);
  const setting = config.loginsUrl === null ? 'CUTTER_DATABASE_URL' : 'CUTTER_LOGINS_URL';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${config.port} of ${config.host} is taken by another program. Choose another with CUTTER_PORT.`;
    case 'EACCES':
      return `This user may not use port ${config.port} of ${config.host}. Choose another with CUTTER_PORT.`;
    case 'EADDRNOTAVAIL':
      return `${config.host} is not an address of this machine. See CUTTER_HOST.`;
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'EAI_AGAIN':
      return `No PostgreSQL answers at ${at} (${code}). See ${setting}.`;
    case '28P01':
    case '28000':
      return config.loginsUrl === null
        ? `PostgreSQL at ${at} refuses the owner's name or password. See CUTTER_DATABASE_URL.`
        : `PostgreSQL at ${at} refuses the passwords in this home's secrets.json. If another home set others, ` +
            'write them with "cutter secrets" there, or run "cutter migrate" here with the owner\'s URL in ' +
            'CUTTER_DATABASE_URL.';
    case '3D000':
      return (
        `The database of ${setting} doesn't exist at ${at}. Create it with encoding 'UTF8' and ` +
        "locale 'C'."
      );
    default:
      return null;
  }
}

interface SystemFault {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
  /** The file of a file's fault. */
  readonly path?: string;
  readonly hostname?: string;
}

/** A refused connection comes as a bundle of attempts without a message of its own. */
function innermostFault(error: unknown): SystemFault {
  if (error instanceof AggregateError && error.errors.length > 0 && error.message === '')
    return innermostFault(error.errors[0]);
  return error instanceof Error ? error : { message: String(error) };
}
