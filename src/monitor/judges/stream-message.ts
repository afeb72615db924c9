import { z } from 'zod';
import { isDigest } from '../../proof/digest.ts';

/*
 * The messages of the subscription `history`, as plain objects with the names that the API gives them. Members that a
 * client may leave out of its selection are optional here; what is judged must be there.
 */

export const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .transform(Number)
  .refine(Number.isSafeInteger);
export const cursor = z.string().min(1);
const LONGEST_SILENCE_MS = 600_000;
const checkpoint = z.object({ note: z.string() }).nullish();

export const ready = z.object({
  __typename: z.literal('Ready'),
  cursor,
  head: place,
  // The server says this itself: it must not exceed the longest silence that any ledger is allowed.
  heartbeatMs: z.number().int().positive().max(LONGEST_SILENCE_MS),
  incarnation: z.uuid(),
});
const event = z.object({
  __typename: z.literal('HistoryEvent'),
  cursor,
  position: place,
  recordHash: z.string().refine(isDigest).optional(),
  rows: z.array(z.object({ position: place.optional() })),
});
const caughtUp = z.object({ __typename: z.literal('CaughtUp'), cursor, checkpoint });
export const heartbeat = z.object({ __typename: z.literal('Heartbeat'), cursor, head: place, checkpoint });
// Reasons may be added. With any reason the stream has ended.
export const reset = z.object({ __typename: z.literal('Reset'), reason: z.string(), message: z.string() });

const message = z.discriminatedUnion('__typename', [ready, event, caughtUp, heartbeat, reset]);
type StreamMessage = z.infer<typeof message>;
export type Ready = z.infer<typeof ready>;
export type HistoryEvent = z.infer<typeof event>;

/** What a message says; null where it is none that this version knows. */
export function readStreamMessage(value: unknown): StreamMessage | null {
  const read = message.safeParse(value);
  return read.success ? read.data : null;
}
