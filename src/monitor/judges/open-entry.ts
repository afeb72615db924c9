import { z } from 'zod';
import { ENTRY_STATES } from '../../law/states.ts';
import { MODES } from '../../law/values.ts';
import type { Way } from '../../law/way.ts';

/** Who did something, as the log names it: no record has the key that signed. */
const party = z.strictObject({ principal: z.string().nullable(), person: z.string().nullable() });

/** What has to be remembered of an entry until it ends. */
export const openEntry = z.strictObject({
  state: z.enum(ENTRY_STATES),
  mode: z.enum(MODES),
  /** When it was marked. */
  markedAt: z.string(),
  escalation: z.boolean(),
  /** Null of an entry whose birth wasn't seen. */
  marker: party.nullable(),
  /** Who gave a verdict on its plans; nobody in states saved by a version that didn't keep it. */
  reviewers: z.array(party).default([]),
  /** The approval in force, and the plan that it is for. */
  approval: z
    .strictObject({
      decisionId: z.string(),
      envelopeId: z.string(),
      /** The fingerprint of its manifest's digest; null in states saved by a version that didn't keep it. */
      manifest: z.string().nullable().default(null),
    })
    .nullable(),
  cut: z
    .strictObject({
      changeSetId: z.string(),
      signatureId: z.string().nullable(),
      executor: party,
      at: z.string(),
      position: z.number().int().nonnegative(),
    })
    .nullable(),
  /** Whether it was reported that it waits for too long. */
  late: z.boolean(),
  /** How many records could not be read when it last moved. */
  blanks: z.number().int().nonnegative(),
});
export type OpenEntry = z.infer<typeof openEntry>;

/** What the law of the way needs of an entry. */
export function wayOf({ state, marker, reviewers, cut, blanks }: OpenEntry): Way {
  return { state, marker, reviewers, executor: cut?.executor ?? null, blanks };
}
