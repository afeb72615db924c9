/** How often somebody may do something: so many at once, and then so many a second. */
import { Recent } from './recent.ts';

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  left: number;
  /** When it was counted last, in milliseconds. */
  at: number;
}

/** The caller seen least recently is forgotten first. A bucket that has had time to fill means nothing anyway. */
const REMEMBERED = 10_000;

export class Meter {
  readonly #rate: Rate;
  readonly #buckets: Recent<Bucket>;

  constructor(rate: Rate, remembered = REMEMBERED) {
    this.#rate = rate;
    this.#buckets = new Recent({ most: remembered, longest: 1_000 });
  }

  /** Counts one, or so many at once. Answers with 0 where they are let pass, else with the milliseconds until then. */
  take(who: string, now = performance.now(), count = 1): number {
    const bucket = this.#filled(who, now);
    const waitMs = this.#wait(bucket, count);
    if (waitMs === 0) bucket.left -= count;
    this.#buckets.set(who, bucket);
    return waitMs;
  }

  /** The same without counting. */
  waitOf(who: string, now = performance.now()): number {
    return this.#wait(this.#filled(who, now), 1);
  }

  #filled(who: string, now: number): Bucket {
    const { burst, perSecond } = this.#rate;
    const bucket = this.#buckets.get(who) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    return bucket;
  }

  #wait({ left }: Bucket, count: number): number {
    return left >= count ? 0 : Math.ceil(((count - left) / this.#rate.perSecond) * 1_000);
  }
}
