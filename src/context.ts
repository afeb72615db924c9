import type { DatabasePool } from 'slonik';
import type { AuditedCall } from './auth/audit.ts';
import type { Scope } from './auth/authority.ts';
import type { Session } from './auth/session.ts';
import type { ReadPools } from './database/pools.ts';
import type { Divergence } from './drift/divergence.ts';
import type { ScrubPasses } from './fsck/scrub/scrub-pass.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { HistoryFeed } from './log/feed/feed.ts';
import type { Proofs } from './log/tree/proofs.ts';
import type { IssuePassport } from './passport/issue/issue.ts';
import type { Readiness } from './readiness/readiness.ts';

/** What every resolver gets. Made by one factory for HTTP, WebSocket and SSE. */
export interface Context {
  /** Null only where the door lets a stranger in (GraphiQL's page, `__typename`); every resolver asks for a scope. */
  readonly session: Session | null;
  /** The verbs, each one transaction. */
  readonly ledger: Ledger;
  /** Reads the twelve views and the log's positions, as cutter_observe. */
  readonly observe: DatabasePool;
  /** What one statement reads, as the narrowest login that may read all of it. */
  readonly reads: ReadPools;
  /** Reads words and profiles, as cutter_reader. */
  readonly reader: DatabasePool;
  /** The integrated log: waits for positions, follows history. */
  readonly feed: HistoryFeed;
  /** What the log's tree proves. */
  readonly proofs: Proofs;
  /** The one file that proves a verified cut. */
  readonly passport: IssuePassport;
  /** Counts further calls of a principal. Answers with 0, or with the milliseconds until they may be made. */
  readonly countCalls: (caller: Session, calls: number) => number;
  /** Refuses a caller whose token has ended since its call began, or has lost the scope. Throws Forbidden. */
  readonly refuseEnded: (caller: Session, scope: Scope) => Promise<void>;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
  /** Notes a call that was refused or that failed; its row is written a moment later. */
  readonly audit: (call: AuditedCall) => void;
  /** How far this process has checked the ledger. */
  readonly integrity: () => ScrubPasses;
  /** What of the database's shape isn't as the migrations made it. Calls at the same time share one look. */
  readonly drift: () => Promise<readonly Divergence[]>;
  /** What blocks a phase, or the ledger. */
  readonly readiness: Readiness;
}
