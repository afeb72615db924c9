import { ClientFault } from '../client/client.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `24h` or `7d`; throws a ClientFault that names the option. */
export function durationOf(text: string, option: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(digits) * ((unit === undefined ? undefined : UNITS[unit]) ?? Number.NaN);
  if (Number.isNaN(ms) || ms === 0)
    throw new ClientFault(`${option} takes a time such as 90s, 30m, 24h or 7d, and "${text}" is none.`);
  return ms;
}
