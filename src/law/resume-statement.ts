import { z } from 'zod';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { type DsseEnvelope, openEnvelope, signEnvelope } from '../proof/dsse.ts';
import { derivedId } from '../proof/uuid.ts';
import type { VerifySignature } from './key-chain.ts';
import type { LaneKey } from './keys.ts';
import { LANES, type Lane } from './values.ts';

/*
 * What both lanes sign when a ledger goes on from a position that it had passed before. The record with the two
 * envelopes is the first of the new incarnation. It shows everyone who knows the lanes' keys what was given up, and
 * that both lanes have said so.
 */

const RESUME_PAYLOAD_TYPE = 'application/vnd.cutter.resume.v1+json';
const RESUME_FORMAT = 'cutter-resume/1';
export const RESUME_VERB = 'resume';

export interface ResumeFacts {
  /** The incarnation that was set back. */
  readonly previous: string;
  /** The record's own position: nothing from there on is what it was. */
  readonly position: string;
  /** The root of the tree over the positions before it, base64. */
  readonly root: string;
  /** How far the ledger had come: the newest head that was seen, or only how many positions. */
  readonly seen: { readonly size: string; readonly root: string | null };
  readonly lane: Lane;
  readonly principalId: string;
  readonly personId: string;
  readonly reason: string | null;
  /** UTC with microseconds. */
  readonly preparedAt: string;
}

/** The incarnation that follows: both lanes name the same, and nobody chooses it. */
export function incarnationAfter({
  previous,
  position,
  root,
}: Pick<ResumeFacts, 'previous' | 'position' | 'root'>): string {
  return derivedId(`incarnation\0${previous}\0${position}\0${root}`);
}

/** The id of the record that ends an incarnation. */
export function resumeRecordId(previous: string): string {
  return derivedId(`${RESUME_VERB}\0record\0${previous}`);
}

/** The statement as plain JSON. Pure: the same facts give the same bytes. */
export function resumeStatement(facts: ResumeFacts): PlainJson {
  return {
    format: RESUME_FORMAT,
    ...facts,
    seen: { ...facts.seen },
    incarnation: incarnationAfter(facts),
  };
}

export function signResume(facts: ResumeFacts, key: LaneKey): DsseEnvelope {
  const payload = Buffer.from(canonicalJson(resumeStatement(facts)), 'utf8');
  return signEnvelope(RESUME_PAYLOAD_TYPE, payload, key);
}

const statement = z.strictObject({
  format: z.literal(RESUME_FORMAT),
  previous: z.uuid(),
  incarnation: z.uuid(),
  position: z.string().regex(/^(0|[1-9]\d{0,15})$/),
  root: z.base64(),
  seen: z.strictObject({ size: z.string().regex(/^[1-9]\d{0,15}$/), root: z.base64().nullable() }),
  lane: z.enum(LANES),
  principalId: z.uuid(),
  personId: z.uuid(),
  reason: z.string().nullable(),
  preparedAt: z.string(),
});
type Statement = z.infer<typeof statement>;

/** What both lanes have accepted. */
export interface Resumption {
  readonly previous: string;
  readonly incarnation: string;
  readonly position: number;
  readonly root: Buffer;
  readonly seenSize: number;
}

/** The public key of this id, where it is one of the lane's that are in force; of either purpose. */
export type KeyInForce = (keyId: string, lane: Lane) => Uint8Array | null;

/** Judges the envelopes of a record that resumes a ledger: what they accept, or why they don't. */
export function judgeResumption(
  envelopes: readonly unknown[],
  keyInForce: KeyInForce,
  verify: VerifySignature,
): Resumption | string {
  if (envelopes.length !== LANES.length) return `Both lanes have to accept, and ${envelopes.length} did.`;
  const said: Statement[] = [];
  for (const [at, lane] of LANES.entries()) {
    const one = acceptedBy(lane, envelopes[at], keyInForce, verify);
    if (typeof one === 'string') return one;
    said.push(one);
  }
  const [first, second] = said as [Statement, Statement];
  for (const member of ['previous', 'position', 'root'] as const)
    if (first[member] !== second[member]) return `The lanes accepted another ${member}.`;
  if (first.personId === second.personId) return 'One person accepted for both lanes.';
  if (first.incarnation !== incarnationAfter(first) || second.incarnation !== first.incarnation)
    return 'The incarnation that was accepted is not the one that follows.';
  const seenSize = Math.max(Number(first.seen.size), Number(second.seen.size));
  const { previous, incarnation } = first;
  return {
    previous,
    incarnation,
    position: Number(first.position),
    root: Buffer.from(first.root, 'base64'),
    seenSize,
  };
}

/** Judges one lane's envelope alone: what it accepts, or why it doesn't. */
export function acceptedBy(
  lane: Lane,
  envelope: unknown,
  keyInForce: KeyInForce,
  verify: VerifySignature,
): Statement | string {
  const claimed = (envelope as { signatures?: readonly { keyid?: unknown }[] } | null)?.signatures?.[0]
    ?.keyid;
  const keyId = typeof claimed === 'string' ? claimed : '';
  const opened = openEnvelope(envelope, { keyId, payloadType: RESUME_PAYLOAD_TYPE });
  if (!opened.ok) return `What ${lane} accepted is no envelope of that kind: ${opened.reason}.`;
  const publicKey = keyInForce(keyId, lane);
  if (publicKey === null) return `The key ${keyId} is not one of ${lane} in force.`;
  const verdict = verify(publicKey, opened.message, opened.signature);
  if (!verdict.ok) return `The signature of ${lane} does not verify: ${verdict.reason}.`;
  const said = parseStatement(opened.payload.toString('utf8'));
  if (said === null) return `What ${lane} accepted is not of the form of such a statement.`;
  return said.lane === lane ? said : `What ${lane} accepted is a statement of ${said.lane}.`;
}

function parseStatement(text: string): Statement | null {
  try {
    const value = JSON.parse(text) as PlainJson;
    const read = statement.safeParse(value);
    return read.success && canonicalJson(value) === text ? read.data : null;
  } catch {
    return null;
  }
}
