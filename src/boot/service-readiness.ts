/** What `/ready` says of a server: the summary of its gaps, in sentences that a stranger may read. */
import type { ReadinessChecks } from '../doors/health.ts';
import type { SystemChecks } from '../readiness/system-checks.ts';

/** Each check by itself: null, or what its first gap says. */
export function readinessChecks(checks: SystemChecks): ReadinessChecks {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, async () => (await check())[0]?.message ?? null]),
  );
}
