import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

/** A use is noted once in this time. */
const NOTED_EVERY_MS = 60_000;
const MOST_TOKENS = 10_000;

/**
 * Notes when tokens are used, to the minute, behind the calls: nobody waits for it, and nothing is decided by it. A use
 * that can't be noted is noted with the next one.
 */
export class TokenUses {
  readonly #gate: DatabasePool;
  readonly #now: () => number;
  /** When each was noted last, on the given clock. */
  readonly #noted = new Map<string, number>();

  constructor(gate: DatabasePool, now: () => number) {
    this.#gate = gate;
    this.#now = now;
  }

  note(tokenId: string): void {
    const before = this.#noted.get(tokenId);
    if (before !== undefined && this.#now() - before < NOTED_EVERY_MS) return;
    if (this.#noted.size >= MOST_TOKENS) this.#noted.clear();
    this.#noted.set(tokenId, this.#now());
    this.#gate
      .query(sql.prepared('auth_use', z.object({}))`/* auth.use */
        insert into cutter_auth.token_use as u (token_id, last_used_at)
        values (${tokenId}::uuid, transaction_timestamp())
        on conflict (token_id) do update set last_used_at = excluded.last_used_at
        where u.last_used_at < excluded.last_used_at - interval '1 minute'`)
      .catch(() => this.#noted.delete(tokenId));
  }
}
