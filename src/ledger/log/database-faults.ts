import { WrongLogin } from '../../database/driver.ts';

/** A missing grant or another login: not a fault that passes. */
export function isRefusedRight(error: unknown): boolean {
  return error instanceof WrongLogin || (error as { code?: unknown }).code === '42501';
}

/** No SQLSTATE, or one of the classes in which the server takes its leave (connection, operator, resources). */
export function isLostConnection(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57|55)/.test(code);
}
