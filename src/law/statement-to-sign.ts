import { z } from 'zod';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { isDigest } from '../proof/digest.ts';
import { APPROVAL_FORMAT, APPROVAL_PAYLOAD_TYPE } from './sanction/sanction.ts';
import { payloadTypeOf } from './statement.ts';
import { membersOf, timesAhead } from './statement-time.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from './values.ts';

const digest = z.string().refine(isDigest);
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
const named = {
  format: z.literal('cutter-statement/2'),
  changeSetId: z.uuid(),
  entryId: z.uuid(),
  manifestId: z.uuid(),
  manifestDigest: digest,
  reviewDecisionId: z.uuid(),
  effectDigest: digest,
  toolRevision: z.string(),
  principalId: z.uuid(),
  personId: z.uuid(),
  preparedAt: z.string(),
  acceptedUntil: z.string(),
};
const prior = z.strictObject({ signatureId: z.uuid(), payloadHash: digest });
const count = z.int().min(0);
const axis = z.enum(['pass', 'fail']);
const callersStatement = z.discriminatedUnion('phase', [
  z.strictObject({
    ...named,
    phase: z.literal('cut'),
    lane: z.literal(EXECUTOR_LANE),
    counts: z.strictObject({
      records: count,
      birth: count,
      version: count,
      unchanged: count,
      vanished: count,
    }),
    priorSignature: prior.nullable(),
  }),
  z.strictObject({
    ...named,
    phase: z.literal('verify'),
    lane: z.literal(VERIFIER_LANE),
    verifyResultId: z.uuid(),
    verdict: axis,
    axes: z.strictObject({ a: axis, b: axis, c: axis }),
    checkedRows: count,
    priorSignature: prior,
  }),
  z.strictObject({
    format: z.literal(APPROVAL_FORMAT),
    phase: z.literal('approve'),
    approvalId: z.uuid(),
    entryId: z.uuid(),
    manifestDigest: digest,
    sourceDigest: digest,
    unitCount: count,
    effectDigest: digest,
    target: z.string(),
    vocabularyDigest: digest,
    schemaDigest: digest,
    writerDigest: digest,
    principalId: z.uuid(),
    personId: z.uuid(),
    keyId: z.string(),
    preparedAt: time,
    acceptedUntil: time,
    expiresAt: time,
  }),
]);
/** What a caller signs, read. */
export type CallersStatement = z.infer<typeof callersStatement>;

/** The type that goes with a statement: no statement is signed as one of another. */
function payloadTypeIn(said: CallersStatement): string {
  return said.phase === 'approve' ? APPROVAL_PAYLOAD_TYPE : payloadTypeOf(said.lane as Lane);
}

/**
 * Reads the bytes that somebody asks a caller to sign; null where they are no statement about a cut, a verification
 * or the approval of a cut as this version knows it. What isn't read is never signed: a key's other statements would
 * be, too.
 */
export function readStatement(payloadType: string, payload: Uint8Array): CallersStatement | null {
  const text = Buffer.from(payload).toString('utf8');
  const members = membersOf(text);
  const parsed = callersStatement.safeParse(members);
  if (!parsed.success || payloadTypeIn(parsed.data) !== payloadType) return null;
  if (!Buffer.from(canonicalJson(members as PlainJson), 'utf8').equals(payload)) return null;
  const { preparedAt, acceptedUntil } = parsed.data;
  if (Number.isNaN(Date.parse(preparedAt)) || timesAhead(preparedAt).acceptedUntil !== acceptedUntil)
    return null;
  return parsed.data;
}
