import { z } from 'zod';
import type { KnownKeys } from '../proof/keys-file.ts';
import { entriesState } from './judges/entry-judge.ts';
import { streamedRow } from './judges/held-rows.ts';
import { keysState } from './judges/key-judge.ts';
import { passportsState } from './judges/passport-judge.ts';
import { resumptionsState } from './judges/resumption-judge.ts';

export const MONITOR_FORMAT = 'cutter-monitor/1';

const place = z.number().int().nonnegative();
const unread = z.strictObject({ position: place, recordHash: z.string(), rows: z.array(streamedRow) });
/** A record whose message has arrived and whose body wasn't read yet. */
export type UnreadRecord = z.infer<typeof unread>;

const saved = z.strictObject({
  format: z.literal(MONITOR_FORMAT),
  /** The origin in the file of keys that it began with. */
  begun: z.string(),
  /** The origin now: another where the ledger was resumed after a set-back. */
  origin: z.string(),
  stream: z.unknown(),
  entries: entriesState,
  keys: keysState,
  passports: passportsState,
  resumptions: resumptionsState,
  unread: z.array(unread),
  proved: z.array(z.strictObject({ size: place, root: z.base64() })),
});
/** What a monitor needs to go on, as plain JSON. */
export type MonitorState = z.infer<typeof saved>;

/** A saved state that can't be used, or is of another ledger. The message is for people. */
export class StateFault extends Error {
  override readonly name = 'StateFault';
}

export function savedMonitor(state: unknown, { origin }: KnownKeys): MonitorState {
  const read = saved.safeParse(state);
  if (!read.success)
    throw new StateFault(`The saved state is none of the format ${MONITOR_FORMAT}, or was altered.`);
  if (read.data.origin !== origin && read.data.begun !== origin)
    throw new StateFault(
      `The saved state is of ${read.data.origin}, and the keys given are those of ${origin}.`,
    );
  return read.data;
}
