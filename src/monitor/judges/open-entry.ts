import { z } from 'zod';
import { ENTRY_STATES } from '../../law/states.ts';
import { MODES } from '../../law/values.ts';

/** Who did something: the principal who called, and the person who answers. */
const party = z.strictObject({ principal: z.string(), person: z.string() });
export type Party = z.infer<typeof party>;

/** What has to be remembered of an entry while it is on its way; one that has ended is forgotten. */
export const openEntry = z.strictObject({
  state: z.enum(ENTRY_STATES),
  mode: z.enum(MODES),
  /** When it was marked. */
  markedAt: z.string(),
  escalation: z.boolean(),
  /** Null of an entry whose birth wasn't seen. */
  marker: party.nullable(),
  /** The approval in force, and the plan that it is for. */
  approval: z.strictObject({ decisionId: z.string(), envelopeId: z.string() }).nullable(),
  cut: z
    .strictObject({
      changeSetId: z.string(),
      signatureId: z.string().nullable(),
      executor: party,
      at: z.string(),
      position: z.number().int().nonnegative(),
    })
    .nullable(),
  /** Whether it was said that it waits for too long. */
  late: z.boolean(),
  /** How many records could not be read when it last moved. */
  blanks: z.number().int().nonnegative(),
});
export type OpenEntry = z.infer<typeof openEntry>;

/** A move as a record tells of it. */
export const move = z.object({
  history_id: z.string(),
  entry_id: z.string(),
  entry_version_before: z.enum(ENTRY_STATES).nullable(),
  entry_version_after: z.enum(ENTRY_STATES),
  change_kind: z.string(),
  changed_by: z.string(),
  changed_at: z.string(),
});
export type Move = z.infer<typeof move>;
