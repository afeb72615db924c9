/**
 * The audit's writer. What was refused is noted in memory and written with what came beside it, by one statement a
 * moment later: no call waits for its row, and a process that is killed loses what it noted in that moment.
 */
import { randomUUID } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type {
  Audit,
  AuditedCall,
  AuditOrigin,
  AuditOutcome,
  FailedAuthentication,
} from '../../auth/audit.ts';
import type { Log } from '../../database/connection.ts';
import { outageOf } from '../../database/outage.ts';
import type { PlainJson } from '../../proof/canonical.ts';

interface AuditOptions {
  /** Connections of cutter_gate. */
  readonly gate: DatabasePool;
  /** Of the call under way. */
  readonly origin: () => AuditOrigin;
  readonly log: Log;
}

/** Rows are written this long after the first of them was noted; writing them takes some milliseconds more. */
const FLUSH_MS = 200;
/** After a database that didn't answer. */
const RETRY_MS = 1_000;
/** Rows of one statement. */
const MOST_AT_ONCE = 500;
/** Rows that wait for a database that is away. Of more it is only counted how many they were. */
const MOST_HELD = 20_000;
/**
 * Addresses and reasons that failed authentications of one moment are counted by. All others of the moment are one
 * row without an address: strangers make some hundred rows a second at most, however many they are.
 */
const MOST_STRANGERS = 20;
const CLOSE_MS = 2_000;

/** A row as it is sent, with when it was noted by this process's clock. */
interface Noted {
  readonly audit_id: string;
  readonly notedAt: number;
  readonly operation: string;
  readonly outcome: AuditOutcome;
  readonly refusal: string | null;
  readonly guard?: string | null;
  readonly principal_id?: string | null;
  readonly token_id?: string | null;
  readonly entry_id?: string | null;
  readonly request_id?: string | null;
  readonly duration_ms?: number;
  readonly address?: string | null;
  readonly client?: string | null;
  readonly arguments?: PlainJson;
  calls: number;
}

export function startAudit(options: AuditOptions): Audit {
  return new AuditWriter(options);
}

class AuditWriter implements Audit {
  readonly #options: AuditOptions;
  #rows: Noted[] = [];
  /** Failed authentications of this moment, by who failed and why. */
  #failures = new Map<string, Noted>();
  #lost = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #isAway = false;
  #isClosed = false;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  note({ session, entryId, durationMs, ...call }: AuditedCall): void {
    const { requestId = null, address = null, client = null } = this.#options.origin();
    this.#add({
      ...begunRow(),
      ...call,
      principal_id: session?.principalId ?? null,
      token_id: session?.tokenId ?? null,
      entry_id: entryId,
      request_id: requestId,
      duration_ms: Math.round(durationMs),
      address,
      client: client === null ? null : withoutTokens(client),
    });
  }

  noteFailure({ address, reason, token }: FailedAuthentication): void {
    const key = `${address} ${reason} ${token?.tokenId ?? 'no token'}`;
    const isKnown = this.#failures.has(key) || this.#failures.size < MOST_STRANGERS;
    const failure = this.#failures.get(isKnown ? key : OTHERS);
    if (failure !== undefined) {
      failure.calls += 1;
      return;
    }
    const { requestId = null, client = null } = isKnown ? this.#options.origin() : {};
    const row: Noted = {
      ...begunRow(),
      operation: 'authenticate',
      outcome: 'unauthenticated',
      refusal: isKnown ? reason : null,
      principal_id: token?.principalId ?? null,
      token_id: token?.tokenId ?? null,
      request_id: requestId,
      address: isKnown ? address : null,
      client: client === null ? null : withoutTokens(client),
    };
    this.#failures.set(isKnown ? key : OTHERS, row);
    this.#add(row);
  }

  #add(row: Noted): void {
    if (this.#rows.length >= MOST_HELD) this.#lost += 1;
    else this.#rows.push(row);
    this.#schedule(this.#isAway ? RETRY_MS : FLUSH_MS);
  }

  #schedule(afterMs: number): void {
    if (this.#timer !== null || this.#writing !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#flush();
    }, afterMs);
  }

  /** Writes all that waits at this moment. */
  async #flush(): Promise<void> {
    this.#failures.clear();
    this.#writing = this.#write();
    await this.#writing;
    this.#writing = null;
    if (this.#rows.length > 0 || this.#lost > 0) this.#schedule(this.#isAway ? RETRY_MS : FLUSH_MS);
  }

  async #write(): Promise<void> {
    for (let left = this.#rows.length + 1; left > 0; left -= MOST_AT_ONCE) {
      const lost = this.#lost;
      const rows = this.#rows.slice(0, Math.min(MOST_AT_ONCE, left));
      const counted = lost === 0 ? rows : [...rows, lossOf(lost)];
      if (counted.length === 0) return;
      try {
        await this.#options.gate.query(insertRows(counted));
        this.#isAway = false;
        this.#lost -= lost;
      } catch (error) {
        if (outageOf(error) !== null) return this.#waitFor(error);
        this.#giveUp(error, rows.length);
        if (rows.length === 0) return;
      }
      this.#rows.splice(0, rows.length);
    }
  }

  /** Trying again what the database refuses would keep all that comes after it from being written. */
  #giveUp(error: unknown, rows: number): void {
    this.#isAway = true;
    this.#lost += rows;
    if (rows === 0) return;
    this.#options.log.error({ err: error, rows, alarm: 'AUDIT_LOST' }, 'audit: rows could not be written');
  }

  #waitFor(error: unknown): void {
    if (!this.#isAway)
      this.#options.log.warn({ err: error, rows: this.#rows.length }, 'audit: rows wait for the database');
    this.#isAway = true;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const impatience = Promise.withResolvers<void>();
    const timer = setTimeout(impatience.resolve, CLOSE_MS);
    const last = async () => {
      await this.#writing;
      this.#isClosed = true;
      await this.#flush();
    };
    await Promise.race([last(), impatience.promise]);
    clearTimeout(timer);
    this.#isClosed = true;
    const left = this.#rows.length + this.#lost;
    if (left > 0)
      this.#options.log.error({ rows: left, alarm: 'AUDIT_LOST' }, 'audit: rows were not written');
  }
}

const OTHERS = 'others';

function begunRow(): Pick<Noted, 'audit_id' | 'notedAt' | 'calls'> {
  return { audit_id: randomUUID(), notedAt: performance.now(), calls: 1 };
}

/** The row that says how many there would be. */
const lossOf = (calls: number): Noted => ({
  ...begunRow(),
  operation: 'audit',
  outcome: 'lost',
  refusal: null,
  calls,
});

/** What a caller says of its program is kept as it says it, unless it has a token in it. */
function withoutTokens(text: string): string {
  return text.replaceAll(/[\w-]{40,}/g, '…');
}

/** A row was noted before the transaction began. Longer than a day isn't said of any. */
const LONGEST_WAIT_S = 86_000;

function insertRows(rows: readonly Noted[]) {
  const now = performance.now();
  const sent = rows.map(({ notedAt, ...row }) => ({
    ...row,
    waited_s: Math.min(LONGEST_WAIT_S, Math.max(0, now - notedAt) / 1_000),
  }));
  return sql.prepared('audit_write', z.object({}))`/* audit.write */
    insert into cutter_auth.audit (audit_id, at, operation, outcome, refusal, guard, principal_id, token_id, entry_id,
      request_id, duration_ms, address, client, arguments, calls)
    select audit_id, transaction_timestamp() - make_interval(secs => waited_s), operation, outcome, refusal, guard,
      principal_id, token_id, entry_id, request_id, duration_ms, address, client, arguments, calls
    from jsonb_to_recordset(${JSON.stringify(sent)}::jsonb) as sent (audit_id uuid, waited_s double precision,
      operation text, outcome text, refusal text, guard text, principal_id uuid, token_id uuid, entry_id uuid,
      request_id text, duration_ms integer, address text, client text, arguments jsonb, calls integer)`;
}
