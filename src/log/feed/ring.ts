import type { RecordEvent } from './history-page.ts';

/** The newest events, dense and bounded in records and in rows. Subscribers that keep up read them from here. */
export interface Ring {
  /** Position of the oldest event held; equal to `end` when empty. */
  readonly first: number;
  /** One past the newest: the next position to be read. */
  readonly end: number;
  at(position: number): RecordEvent | undefined;
  append(events: readonly RecordEvent[]): void;
  /** Forgets everything and goes on from `next`. */
  restart(next: number): void;
}

export function createRing(capacity: number, rowCapacity: number): Ring {
  let events: RecordEvent[] = [];
  let first = 0;
  let rows = 0;

  function trim(): void {
    let excess = 0;
    while (events.length - excess > capacity || rows > rowCapacity) {
      rows -= events[excess]?.rows.length ?? 0;
      excess += 1;
    }
    if (excess > 0) events = events.slice(excess);
    first += excess;
  }

  return {
    get first() {
      return first;
    },
    get end() {
      return first + events.length;
    },
    at: (position) => events[position - first],
    append(newer) {
      for (const event of newer) {
        events.push(event);
        rows += event.rows.length;
      }
      trim();
    },
    restart(next) {
      events = [];
      rows = 0;
      first = next;
    },
  };
}
