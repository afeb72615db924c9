import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { verifyEnvelope } from '../../proof/dsse.ts';
import { type DeedName, doneDeeds, type EarlierParties, type Party } from '../parties.ts';
import { type Problem, problemAt } from '../refusals.ts';
import { membersOf, type StatementTimes } from '../statement-time.ts';
import type { PrincipalKind } from '../values.ts';

/*
 * The sovereign's approval of a cut: a person's own signature over what exactly one cut will do, to which ledger, and
 * by which program. In production CUT runs only with one that is live and pins what the cut does now. It comes on top
 * of the review, whose verdict is about the plan alone.
 */

export const APPROVAL_PAYLOAD_TYPE = 'application/vnd.cutter.cut-approval.v1+json';
export const APPROVAL_FORMAT = 'cutter-cut-approval/1';
const LONGEST_MS = 12 * 3_600_000;

/** What an approval is for. Each is computed by who approves, and again by the cut. */
export interface CutPins {
  readonly manifestDigest: string;
  readonly sourceDigest: string;
  /** Units and headings of the plan. */
  readonly unitCount: number;
  readonly effectDigest: string;
  /** The incarnation of the ledger, and the document. */
  readonly target: string;
  readonly vocabularyDigest: string;
  /** The ratified shape of the database. */
  readonly schemaDigest: string;
  /** The files of the program that writes. */
  readonly writerDigest: string;
}

/** Each pin with the code of its difference, in the order in which a refusal names them. */
const PIN_CODES = {
  manifestDigest: 'manifest-differs',
  sourceDigest: 'source-differs',
  unitCount: 'unit-count-differs',
  effectDigest: 'effect-differs',
  target: 'target-differs',
  vocabularyDigest: 'vocabulary-differs',
  schemaDigest: 'schema-differs',
  writerDigest: 'writer-differs',
} as const satisfies Readonly<Record<keyof CutPins, string>>;
const PINS = Object.keys(PIN_CODES) as (keyof CutPins)[];

export interface ApprovalFacts extends CutPins, Required<StatementTimes> {
  readonly approvalId: string;
  readonly entryId: string;
  readonly principalId: string;
  readonly personId: string;
  readonly keyId: string;
  readonly expiresAt: string;
}

/** What the approver signs, as plain JSON. Pure: the same facts give the same bytes. */
export function approvalStatement(facts: ApprovalFacts): PlainJson {
  return { format: APPROVAL_FORMAT, phase: 'approve', ...facts };
}

/** When an approval ends that was prepared then, if nobody asks for less. */
export function latestEnd(preparedAt: string): string {
  const end = new Date(Date.parse(preparedAt) + LONGEST_MS).toISOString();
  return `${end.slice(0, 23)}${preparedAt.slice(23)}`;
}

/** An approval as it is stored, and its approver as that is now. */
export interface SeenSanction extends CutPins {
  readonly id: string;
  readonly entryId: string;
  readonly by: string;
  /** Null where no registry knows the principal. */
  readonly person: string | null;
  readonly kind: PrincipalKind | null;
  /** Whether that principal isn't suspended. */
  readonly acts: boolean;
  /** Whether it has the scope to approve. */
  readonly grants: boolean;
  readonly keyId: string;
  readonly expiresAt: string;
  readonly usedBy: string | null;
  readonly revokedAt: string | null;
}

/** Its signature, for those who check that. */
export interface SignedSanction extends SeenSanction {
  /** Base64; null where the key is registered for another principal, or for none. */
  readonly publicKey: string | null;
  readonly envelope: unknown;
}

const WAY =
  'Ask a person who has approval:grant to approve the cut as it is now (approveCut, or "cutter approve").';

/** Why an entry has no live approval of its cut, whatever the cut does; empty where it has one. */
export function sanctionProblems(entryId: string, seen: SeenSanction | null, at: string): readonly Problem[] {
  const problem = (code: string, what: string) => [
    problemAt(['input', 'entryId'], code, `${what} ${WAY}`, { entryId }),
  ];
  if (seen === null)
    return problem(
      'sanction-missing',
      `In production a cut needs an approval of its own, and ${entryId} has none.`,
    );
  const name = `Approval ${seen.id} of this cut`;
  if (seen.revokedAt !== null)
    return problem('sanction-revoked', `${name} was revoked at ${seen.revokedAt}.`);
  if (seen.usedBy !== null) return problem('sanction-used', `${name} was used by change set ${seen.usedBy}.`);
  if (seen.expiresAt <= at) return problem('sanction-expired', `${name} expired at ${seen.expiresAt}.`);
  if (!seen.acts) return problem('approver-suspended', `${name} is by ${seen.by}, who is suspended.`);
  if (!seen.grants || seen.kind !== 'person')
    return problem('approver-barred-from-cut', `${name} is by ${seen.by}, who may approve no cut any more.`);
  return [];
}

/** The same as everybody may know it before a cut is made: the approval has to be of the approved manifest, too. */
export function standingSanctionProblems(
  entryId: string,
  seen: SeenSanction | null,
  { manifestDigest, at }: { readonly manifestDigest: string; readonly at: string },
): readonly Problem[] {
  const dead = sanctionProblems(entryId, seen, at);
  if (seen === null || dead.length > 0) return dead;
  return pinProblems(seen, { ...pinsOf(seen), manifestDigest });
}

/** Why an approval isn't for what a cut does now, one problem for each pin. */
export function pinProblems(seen: SeenSanction, due: CutPins): readonly Problem[] {
  return PINS.filter((pin) => seen[pin] !== due[pin]).map((pin) =>
    problemAt(
      ['input', 'entryId'],
      PIN_CODES[pin],
      `Approval ${seen.id} pins ${pin} ${seen[pin]}, and this cut has ${due[pin]}. ${WAY}`,
      { entryId: seen.entryId },
    ),
  );
}

/** Why a stored approval isn't what its approver signed; null where it is. */
export function signedProblem(seen: SignedSanction): Problem | null {
  if (seen.publicKey !== null && isSigned(seen, seen.publicKey)) return null;
  const message = `Approval ${seen.id} does not carry its approver's signature of what it says. ${WAY}`;
  return problemAt(['input', 'entryId'], 'sanction-unsigned', message, { entryId: seen.entryId });
}

function isSigned(seen: SignedSanction, publicKey: string): boolean {
  const verdict = verifyEnvelope(seen.envelope, {
    keyId: seen.keyId,
    publicKey: Buffer.from(publicKey, 'base64'),
    payloadType: APPROVAL_PAYLOAD_TYPE,
  });
  if (!verdict.ok) return false;
  const text = verdict.payload.toString('utf8');
  const { preparedAt, acceptedUntil, personId } = membersOf(text);
  if (typeof preparedAt !== 'string' || typeof acceptedUntil !== 'string' || typeof personId !== 'string')
    return false;
  const said = approvalStatement({
    ...pinsOf(seen),
    approvalId: seen.id,
    entryId: seen.entryId,
    principalId: seen.by,
    personId,
    keyId: seen.keyId,
    expiresAt: seen.expiresAt,
    preparedAt,
    acceptedUntil,
  });
  return canonicalJson(said) === text;
}

function pinsOf(pins: CutPins): CutPins {
  return Object.fromEntries(PINS.map((pin) => [pin, pins[pin]])) as unknown as CutPins;
}

const DID: Readonly<Record<DeedName, string>> = {
  registered: 'registered its text',
  marked: 'marked it',
  reviewed: 'reviewed it',
  cut: 'cut it',
  verified: 'verified it',
};
const APPROVER_IS: Readonly<Record<DeedName, string>> = {
  registered: 'approver-is-registrar',
  marked: 'approver-is-marker',
  reviewed: 'approver-is-reviewer',
  cut: 'approver-is-executor',
  verified: 'approver-is-verifier',
};

/** Why the approver of a cut is no person apart from all sides of its entry. No rules let the two meet. */
export function approverProblems(entryId: string, approver: Party, did: EarlierParties): readonly Problem[] {
  return doneDeeds(approver, did).map((deed) => {
    const message =
      `The approver of this cut ${DID[deed]}, or answers for who did. ` +
      'Who approves a cut is on no side of its entry: another person has to.';
    return problemAt(['input', 'entryId'], APPROVER_IS[deed], message, { entryId });
  });
}
