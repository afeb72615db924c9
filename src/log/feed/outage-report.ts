import type { Log } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';

/** Says once that the database is away, and once that it is back; each failed attempt is a detail. */
export interface OutageReport {
  report(error: unknown, what: string): void;
  end(): void;
}

export function createOutageReport(log: Log): OutageReport {
  let away = false;
  return {
    report(error, what) {
      if (!isAway(error)) {
        log.warn({ err: error }, what);
        return;
      }
      log.info({ err: error }, what);
      if (!away) log.warn('PostgreSQL is away; it is asked again until it answers');
      away = true;
    },
    end() {
      if (away) log.warn('PostgreSQL is back');
      away = false;
    },
  };
}
