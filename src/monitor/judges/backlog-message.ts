import { z } from 'zod';
import { cursor, heartbeat, place, ready, reset } from './stream-message.ts';

/*
 * The messages of the subscription `backlog`, as plain objects with the names that the API gives them. Members that a
 * client may leave out of its selection are optional here; what is judged must be there.
 */

const count = z.object({ status: z.string(), kind: z.string(), count: z.number().int().positive() });
const snapshot = z.object({
  __typename: z.literal('BacklogSnapshot'),
  cursor,
  position: place,
  counts: z.array(count),
});
const change = z.object({
  __typename: z.literal('BacklogChange'),
  cursor,
  position: place,
  counts: z.array(count),
  entries: z.array(z.unknown()).optional(),
});

const message = z.discriminatedUnion('__typename', [ready, snapshot, change, heartbeat, reset]);
type BacklogMessage = z.infer<typeof message>;
export type BacklogCount = z.infer<typeof count>;
export type BacklogChange = z.infer<typeof change>;
export type BacklogSnapshot = z.infer<typeof snapshot>;

/** What a message says; null where it is none that this version knows. */
export function readBacklogMessage(value: unknown): BacklogMessage | null {
  const read = message.safeParse(value);
  return read.success ? read.data : null;
}
