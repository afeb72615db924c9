/** Locks of one transaction were waited for as long as the role's `lock_timeout` allows for one. */
export class LocksWaitedFor extends Error {
  override readonly name = 'LocksWaitedFor';
  /** PostgreSQL's own code for a lock that could not be had. */
  readonly code = '55P03';

  /** @param limitMs what the role allows for one lock */
  constructor(limitMs: number) {
    super(`Locks were waited for ${limitMs} ms, all together.`);
  }
}
