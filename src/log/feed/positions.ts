/** Callers that wait until a record is integrated, and the positions of the newest records. */
export interface Positions {
  /** Resolves with the position, or null when the bound, the signal or the end comes first. */
  wait(recordId: string, boundMs: number, signal?: AbortSignal): Promise<string | null>;
  /** Records that someone waits for. */
  awaited(): string[];
  settle(recordId: string, position: string): void;
  /** Gives up on everybody. */
  close(): void;
}

const REMEMBERED = 4096;

export function createPositions(): Positions {
  const waiters = new Map<string, Set<(position: string | null) => void>>();
  const recent = new Map<string, string>();

  function remember(recordId: string, position: string): void {
    recent.set(recordId, position);
    if (recent.size <= REMEMBERED) return;
    for (const oldest of recent.keys()) {
      recent.delete(oldest);
      break;
    }
  }

  return {
    wait(recordId, boundMs, signal) {
      const known = recent.get(recordId);
      if (known !== undefined) return Promise.resolve(known);
      if (signal?.aborted) return Promise.resolve(null);
      return new Promise((resolve) => {
        const waiting = waiters.get(recordId) ?? new Set();
        waiters.set(recordId, waiting);
        const settle = (position: string | null): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          waiting.delete(settle);
          if (waiting.size === 0 && waiters.get(recordId) === waiting) waiters.delete(recordId);
          resolve(position);
        };
        const giveUp = (): void => settle(null);
        const timer = setTimeout(giveUp, boundMs);
        signal?.addEventListener('abort', giveUp);
        waiting.add(settle);
      });
    },
    awaited: () => [...waiters.keys()],
    settle(recordId, position) {
      remember(recordId, position);
      for (const settle of [...(waiters.get(recordId) ?? [])]) settle(position);
    },
    close() {
      for (const waiting of [...waiters.values()]) for (const settle of [...waiting]) settle(null);
    },
  };
}
