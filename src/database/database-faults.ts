import { codeOf, outageOf } from './outage.ts';
import { WrongLogin } from './session/login-session.ts';

/**
 * A missing grant or another login: not a fault that passes. PostgreSQL says the same of a file system that became
 * read-only, which is.
 */
export function isRefusedRight(error: unknown): boolean {
  return error instanceof WrongLogin || (codeOf(error) === '42501' && outageOf(error) === null);
}

/** Whether only the connection was lost, or the server ended it: then another part reports the outage. */
export function isLostConnection(error: unknown): boolean {
  const outage = outageOf(error);
  if (outage !== null) return outage === 'away' || outage === 'exhausted' || outage === 'waiting';
  const code = codeOf(error);
  return code === null || !/^[0-9A-Z]{5}$/.test(code);
}
