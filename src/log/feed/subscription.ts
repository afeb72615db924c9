import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Waiting } from './heartbeat.ts';
import type { HistoryFilter, Reset } from './history-message.ts';
import type { OpeningSource } from './opening.ts';
import type { LogReplay } from './replay.ts';
import type { Ring } from './ring.ts';

/** Whose stream it is, and where it begins. */
export interface StreamOptions {
  /** A cursor; null or absent: from now; `""`: from the start. */
  readonly after?: string | null | undefined;
  /** The token behind the stream: the stream ends with it. Null for the process itself. */
  readonly tokenId: string | null;
  /** Entries the token is narrowed to. */
  readonly entryIds?: ReadonlySet<string> | null;
  /** Scopes of the session on which rests what the stream shows: it ends with the first of them. */
  readonly scopes?: readonly string[];
}

export interface SubscribeOptions extends StreamOptions {
  readonly filter?: HistoryFilter | null | undefined;
  /** Sends also the records that have no row to show, without rows, so that positions are dense. */
  readonly everyRecord?: boolean | undefined;
}

/** The token behind a stream, as it was when the stream began. */
export interface FollowedToken {
  readonly tokenId: string;
  /** Entries it is narrowed to; null for all. */
  readonly entryIds: ReadonlySet<string> | null;
  /** The scopes that it has to have still. */
  readonly scopes: readonly string[];
  /** The same for streams that are judged together. */
  readonly key: string;
}

/** A subscriber as the feed knows it. It has no queue: it can be ended, woken, and asked whether it has waited long. */
export interface Follower extends Waiting {
  readonly token: FollowedToken | null;
  end(reset: Reset): void;
  wake(): void;
}

/** What a subscriber takes from the feed that all of them share. */
export interface FollowerSource extends OpeningSource {
  readonly ring: Ring;
  readonly replay: LogReplay;
  /** The newest published head; null where there is none, or it can't be read. */
  checkpoint(): Promise<Checkpoint | null>;
  join(follower: Follower): void;
  leave(follower: Follower): void;
  readonly heartbeatMs: number;
  /** How long the past may be unreadable before the stream ends. */
  readonly lostAfterMs: number;
}
