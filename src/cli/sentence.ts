import type { Config } from '../config.ts';

/** What went wrong, in one sentence and without a stack. */
export function sentence(error: unknown, config: Pick<Config, 'port' | 'host' | 'databaseUrl'>): string {
  const { code, message } = innermost(error);
  const told = foreseen(code, config);
  return told ?? (message === '' ? `it failed (${code ?? 'without a reason'}).` : message);
}

function foreseen(
  code: string | undefined,
  config: Pick<Config, 'port' | 'host' | 'databaseUrl'>,
): string | null {
  const at = config.databaseUrl === null ? 'the embedded database' : placeOf(config.databaseUrl);
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${config.port} of ${config.host} is taken by another program; choose another with CUTTER_PORT.`;
    case 'EACCES':
      return `This user may not use port ${config.port} of ${config.host}; choose another with CUTTER_PORT.`;
    case 'EADDRNOTAVAIL':
      return `${config.host} is no address of this machine; see CUTTER_HOST.`;
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'EAI_AGAIN':
      return `No PostgreSQL answers at ${at} (${code}); see CUTTER_DATABASE_URL.`;
    case '28P01':
    case '28000':
      return `PostgreSQL at ${at} refuses the owner's name or password; see CUTTER_DATABASE_URL.`;
    case '3D000':
      return `The database of CUTTER_DATABASE_URL doesn't exist at ${at}; create it with encoding 'UTF8' and locale 'C'.`;
    default:
      return null;
  }
}

/** Host, port and database: never the password. */
function placeOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.hostname}:${url.port === '' ? 5432 : url.port}${url.pathname}`;
}

/** A refused connection comes as a bundle of attempts without a message of its own. */
function innermost(error: unknown): { code: string | undefined; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0 && error.message === '')
    return innermost(error.errors[0]);
  if (error instanceof Error) return { code: (error as NodeJS.ErrnoException).code, message: error.message };
  return { code: undefined, message: String(error) };
}
