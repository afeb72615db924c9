import { setTimeout as delay } from 'node:timers/promises';

/** A bell that wakes one sleeping loop. Rings while the loop is busy count as one. */
export interface Wake {
  ring(): void;
  /** Sleeps at most `ms`; true if the bell rang, before or during the sleep. */
  sleep(ms: number): Promise<boolean>;
}

export function createWake(): Wake {
  let rung = false;
  let rouse: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      rouse?.();
    },
    async sleep(ms) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          rouse = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        rouse = null;
      }
      const woken = rung;
      rung = false;
      return woken;
    },
  };
}

/** How long to wait after the n-th failure in a row: doubling from 50 ms to 5 s, with jitter so that peers spread. */
export function backoffMs(failures: number): number {
  const ceiling = Math.min(5000, 50 * 2 ** Math.min(failures, 10));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}

/** Sleeps, unless the signal says that all is closing. */
export async function restUnless(closing: AbortSignal, ms: number): Promise<void> {
  await delay(ms, undefined, { signal: closing }).catch(() => {});
}
