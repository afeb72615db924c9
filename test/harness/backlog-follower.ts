import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import { BacklogFold, type FoldedCounts, type FoldedMove } from './counted.ts';
import { type Door, openStream, type Stream } from './stream-doors.ts';
import { WAITS_FOR_OTHERS_MS } from './timeouts.ts';

const PATIENCE = { timeout: WAITS_FOR_OTHERS_MS, interval: 10 };

export const BACKLOG = `subscription ($after: String, $filter: EntryFilter) { backlog(after: $after, filter: $filter) {
  __typename
  ... on Ready { cursor }
  ... on BacklogSnapshot { cursor position counts { status kind count oldestSince } page: entries(first: 5) { nodes { entryId } } }
  ... on BacklogChange { cursor position counts { status kind count oldestSince } entries { entryId } }
  ... on Heartbeat { cursor }
  ... on Reset { reason message } } }`;

export interface BacklogMessage {
  readonly __typename: 'Ready' | 'BacklogSnapshot' | 'BacklogChange' | 'Heartbeat' | 'Reset';
  readonly cursor: string;
  readonly position: string;
  readonly reason: string;
  readonly counts: readonly {
    readonly status: string;
    readonly kind: string;
    readonly count: number;
    readonly oldestSince: string;
  }[];
  readonly page: { readonly nodes: readonly { readonly entryId: string }[] };
  readonly entries: readonly { readonly entryId: string }[];
}

/** Who watches the backlog and comes back with the last cursor whenever a connection ends. */
export interface BacklogFollower {
  /** Every message but heartbeats, in the order of arrival. */
  readonly messages: readonly BacklogMessage[];
  /** Connections that were made: one more than were lost. */
  readonly connections: number;
  /** Reads nothing more from its connection until `resume`. */
  pause(): void;
  resume(): void;
  /** Resolves when a message has come of this position or a later one. */
  reached(position: number): Promise<void>;
  stop(): Promise<void>;
}

export interface BacklogFollowerOptions {
  readonly door?: Door;
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Another subscription than the usual one. */
  readonly query?: string;
  /** After how many messages it leaves a connection by itself. */
  readonly leaveAfter?: () => number;
}

export function followBacklog(
  urlNow: () => string,
  token: string,
  {
    door = 'websocket',
    filter = {},
    query = BACKLOG,
    leaveAfter = () => Number.POSITIVE_INFINITY,
  }: BacklogFollowerOptions = {},
): BacklogFollower {
  const messages: BacklogMessage[] = [];
  let cursor: string | null = null;
  let stopped = false;
  let connections = 0;
  let failed: unknown = null;
  let stream: Stream<BacklogMessage> | undefined;

  async function followOnce(): Promise<void> {
    let left = leaveAfter();
    const asked = { url: urlNow(), token, query, variables: { after: cursor, filter } };
    stream = openStream<BacklogMessage>(door, asked);
    try {
      for await (const message of stream.messages) {
        if (message.__typename === 'Ready') connections += 1;
        if (message.__typename !== 'Heartbeat') messages.push(message);
        if (message.cursor !== undefined) cursor = message.cursor;
        left -= 1;
        if (left <= 0) break;
      }
    } finally {
      stream.leave();
    }
  }

  const ended = (async () => {
    while (!stopped) {
      await followOnce().catch((error: unknown) => {
        // Nobody may serve for a while. What the server itself says is another matter.
        const isSaid = Array.isArray(error) || String(error).includes('The stream said');
        if (isSaid) failed ??= new Error(JSON.stringify(error) + String(error));
      });
      await pause(20);
    }
  })();

  return {
    messages,
    get connections() {
      return connections;
    },
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    async reached(position) {
      const last = () => Number(messages.findLast((one) => one.position !== undefined)?.position ?? -1);
      await vi.waitUntil(() => failed !== null || last() >= position, PATIENCE);
      if (failed !== null) throw failed;
    },
    async stop() {
      stopped = true;
      stream?.leave();
      await ended;
    },
  };
}

const countsOf = ({ counts }: BacklogMessage): FoldedCounts =>
  Object.fromEntries(
    counts.map(({ status, kind, count, oldestSince }) => [
      `${status} ${kind}`.toLowerCase(),
      { count, oldestSince },
    ]),
  );

/** What is wrong with what arrived, beside a fold of the history; of the moves and statuses that are asked for. */
export function faultsOf(
  messages: readonly BacklogMessage[],
  moves: readonly FoldedMove[],
  {
    entry = () => true,
    shows = () => true,
  }: {
    readonly entry?: (move: FoldedMove) => boolean;
    readonly shows?: (status: string, kind: string) => boolean;
  } = {},
): string[] {
  const faults: string[] = [];
  const fold = new BacklogFold();
  const statuses = new Map<string, string>();
  const ours = moves.filter(entry);
  /** The positions that change something shown, each with the entries that moved. */
  const due = new Map<string, string[]>();
  for (const move of ours) {
    const before = statuses.get(move.entry_id);
    statuses.set(move.entry_id, move.entry_version_after);
    if (!shows(move.entry_version_after, move.kind) && !(before !== undefined && shows(before, move.kind)))
      continue;
    due.set(move.position, [...(due.get(move.position) ?? []), move.entry_id]);
  }
  let at = 0;
  let last: string | null = null;
  for (const message of messages) {
    if (message.position === undefined) continue;
    for (; at < ours.length && Number(ours[at]?.position) <= Number(message.position); at += 1)
      fold.add(ours[at] as FoldedMove);
    const folded = fold.counts(({ entry_version_after, kind }) => shows(entry_version_after, kind));
    const [found, expected] = [JSON.stringify(sorted(countsOf(message))), JSON.stringify(sorted(folded))];
    if (found !== expected)
      faults.push(`${message.__typename} ${message.position}: ${found} instead of ${expected}`);
    if (message.__typename === 'BacklogChange') {
      const missed = [...due.keys()].filter(
        (position) => Number(position) > Number(last) && Number(position) < Number(message.position),
      );
      if (last === null || missed.length > 0 || Number(message.position) <= Number(last))
        faults.push(`${message.position} came after ${last}, without ${missed}`);
      const moved = message.entries.map(({ entryId }) => entryId);
      if (JSON.stringify(moved) !== JSON.stringify(due.get(message.position)))
        faults.push(`${message.position}: the entries are ${moved}`);
    }
    last = message.position;
  }
  const final = [...due.keys()].at(-1);
  if (final !== undefined && Number(last) < Number(final))
    faults.push(`The last is ${last} instead of ${final}`);
  return faults;
}

function sorted(counts: FoldedCounts): FoldedCounts {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How often the ledger was shown from anew, and why it may have been. */
export function snapshotsAndResets(messages: readonly BacklogMessage[]): {
  snapshots: number;
  resets: string[];
} {
  return {
    snapshots: messages.filter(({ __typename }) => __typename === 'BacklogSnapshot').length,
    resets: messages.filter(({ __typename }) => __typename === 'Reset').map(({ reason }) => reason),
  };
}
