import type { KnownKeys } from '../proof/keys-file.ts';
import type { Bounds } from './judges/entry-judge.ts';
import type { AskProof, Head } from './judges/proved-heads.ts';

/** What the monitor can ask the followed ledger for. */
export interface LedgerAnswers {
  /** The bodies of records, null where it has none. */
  bodies(positions: readonly number[]): Promise<readonly (string | null)[]>;
  /** The newest head that both lanes have signed, as a note; null before the first. */
  checkpoint(): Promise<string | null>;
  readonly consistencyProof: AskProof;
  passport(changeSetId: string): Promise<GivenPassport>;
}

/** The file; or why there is none, and whether one may come later. */
type GivenPassport =
  | { readonly text: string }
  | { readonly text: null; readonly why: string; readonly later: boolean };

/** What was seen of a ledger before it was set back. */
export interface Before {
  readonly position: number;
  readonly heads: readonly Head[];
}

export interface MonitorOptions {
  readonly known: KnownKeys;
  readonly bounds: Bounds;
  readonly answers: LedgerAnswers;
  /** The monitor's own clock. */
  readonly now: () => number;
  /** What `state` gave. */
  readonly state?: unknown;
  /** How far another monitor had followed the ledger before it was of another incarnation. */
  readonly before?: Before;
}

/**
 * What follows from a message. `reconnect`: the stream ended in good order. `refused`: the token has ended. `other`:
 * the ledger is of another incarnation now. `ended`: nothing more of this ledger is believed.
 */
export type Next = 'go-on' | 'reconnect' | 'refused' | 'other' | 'ended';
