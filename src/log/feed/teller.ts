import type { CursorMark } from './cursor.ts';
import type { RecordEvent } from './history-page.ts';

/** Where a stream without a cursor begins. */
export interface Beginning extends CursorMark {
  /** The next position: what lies before it is what the stream begins from. */
  readonly next: number;
}

/**
 * What a stream says of the log. The feed knows where its subscriber is and when it ends; the teller knows the words.
 * What it gives may be given to other subscribers as well. If it fails, it is asked again for the same.
 */
export interface Teller<Said> {
  /** Whether the stream says that it has caught up. */
  readonly saysCaughtUp: boolean;
  /** What comes right after Ready where the stream began without a cursor; absent: nothing does. */
  begin?(at: Beginning): Promise<Said>;
  /** What is said of a record; null: nothing. Records come in their order, each once. */
  say(event: RecordEvent, mark: CursorMark): Promise<Said | null> | Said | null;
}

/** What is made at its first use for all who ask, and kept for those who ask soon after. */
export class Recently<Key, Made> {
  readonly #most: number;
  readonly #kept = new Map<Key, Made>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A promise that fails isn't kept. */
  get(key: Key, make: () => Made): Made {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const made = make();
    this.#kept.set(key, made);
    if (made instanceof Promise) made.catch(() => this.#kept.delete(key));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
    return made;
  }
}
