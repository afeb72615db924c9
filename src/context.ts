import type { DatabasePool } from 'slonik';
import type { Session } from './auth/session.ts';
import type { ScrubPasses } from './fsck/scrub/scrub-pass.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { HistoryFeed } from './log/feed/feed.ts';
import type { Proofs } from './log/tree/proofs.ts';
import type { IssuePassport } from './passport/issue/issue.ts';

/** What every resolver gets. Made by one factory for HTTP, WebSocket and SSE. */
export interface Context {
  /** Null only where the door lets a stranger in (GraphiQL's page, `__typename`); every resolver asks for a scope. */
  readonly session: Session | null;
  /** The verbs, each one transaction. */
  readonly ledger: Ledger;
  /** Reads the twelve views and the log's positions, as cutter_observe. */
  readonly observe: DatabasePool;
  /** The integrated log: waits for positions, follows history. */
  readonly feed: HistoryFeed;
  /** What the log's tree proves. */
  readonly proofs: Proofs;
  /** The one file that proves a verified cut. */
  readonly passport: IssuePassport;
  /** How far this process has checked the ledger. */
  readonly integrity: () => ScrubPasses;
}
