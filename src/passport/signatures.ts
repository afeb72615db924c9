import type { VerifySignature } from '../law/key-chain.ts';
import { sharedParties } from '../law/parties.ts';
import { RULES_OF_ORIGIN } from '../law/rules/rules.ts';
import { cutStatement, payloadTypeOf, verifyStatement } from '../law/statement.ts';
import { signedTimes } from '../law/statement-time.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from '../law/values.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import { openEnvelope } from '../proof/dsse.ts';
import { type KnownKey, type KnownKeys, statementKeyAt } from '../proof/keys-file.ts';
import { wordsOfCode } from './checkpoint.ts';
import { type PassportRows, passportText, type SignatureRow } from './format.ts';
import type { PhaseRecords } from './records.ts';
import { PassportFault, refuseUnless } from './refuse.ts';

/** The keys with which the two lanes signed their statements. */
export interface StatementKeys {
  readonly executor: KnownKey;
  readonly verifier: KnownKey;
}

/** Judges both lanes' signatures: who signed, with which key, and that the signed bytes are what the rows say. */
export function holdSignatures(
  rows: PassportRows,
  records: PhaseRecords,
  known: KnownKeys,
  judge: VerifySignature,
): StatementKeys {
  const executor: Signing = {
    name: 'executor',
    lane: EXECUTOR_LANE,
    row: rows.executorSignature,
    where: 'rows.executorSignature.columns',
    position: records.cut.position,
  };
  const verifier: Signing = {
    name: 'verifier',
    lane: VERIFIER_LANE,
    row: rows.verifierSignature,
    where: 'rows.verifierSignature.columns',
    position: records.verify.position,
  };
  for (const signing of [executor, verifier]) holdForm(signing);
  holdStatement(executor, cutStatementOf(rows, records));
  holdStatement(verifier, verifyStatementOf(rows, records));
  const keys = { executor: signerOf(executor, known, judge), verifier: signerOf(verifier, known, judge) };
  // All rules keep these two apart.
  const { rules } = RULES_OF_ORIGIN;
  refuseUnless(
    sharedParties('verified', partyOfKey(keys.verifier), { cut: partyOfKey(keys.executor) }, rules).length ===
      0,
    verifier.where,
    'The verifier signed with the key of the executor: one party acted on both sides.',
  );
  return keys;
}

/** Principals and persons are compared with the records (`holdSeparation`). */
const partyOfKey = ({ publicKey }: KnownKey) => ({ principal: null, person: null, key: publicKey });

interface Signing {
  readonly name: 'executor' | 'verifier';
  readonly lane: Lane;
  readonly row: SignatureRow;
  readonly where: string;
  readonly position: number;
}

/** Refuses unless a DOT-991 row signs a change set and nothing else, and a DOT-992 row a verify result. */
function holdForm({ name, lane, row: { columns }, where }: Signing): void {
  const executes = name === 'executor';
  refuseUnless(
    columns.signer_dot_id === lane && columns.signature_kind === name,
    `${where}.signer_dot_id`,
    `The ${name}'s signature is a ${columns.signature_kind} signature of lane ${columns.signer_dot_id}; ` +
      `it has to be one of ${lane}: the lanes are swapped.`,
  );
  const change = columns.cross_reference_change_set_id;
  const verdict = columns.cross_reference_verify_result_id;
  refuseUnless(
    executes ? change !== null && verdict === null : change === null && verdict !== null,
    where,
    `The ${name}'s signature has to refer to a ${executes ? 'change set' : 'verify result'}, and to nothing else.`,
  );
  refuseUnless(
    columns.validation_state === 'valid' && columns.revoked_at === null,
    where,
    `The ${name}'s signature was ${columns.validation_state} when it was written.`,
  );
  refuseUnless(
    digestOf(columns.signature_payload) === columns.payload_hash,
    `${where}.payload_hash`,
    `The bytes that the ${name} signed don't have the hash beside them.`,
  );
}

/** Refuses unless the signed bytes are exactly those that the rows give. */
function holdStatement({ name, row, where }: Signing, statement: PlainJson): void {
  const due = statement as Readonly<Record<string, PlainJson>>;
  const signed = signedFacts(row);
  if (passportText(due) === row.columns.signature_payload) return;
  const other = [...new Set([...Object.keys(due), ...Object.keys(signed)])].filter(
    (member) => passportText(due[member] ?? null) !== passportText(signed[member] ?? null),
  );
  refuseUnless(
    false,
    `${where}.signature_payload`,
    other.length === 0
      ? `The ${name}'s statement isn't written in the one form in which it is signed.`
      : `The ${name} signed another ${other.join(', ')} than the rows give.`,
  );
}

function signedFacts({ columns }: SignatureRow): Readonly<Record<string, PlainJson>> {
  try {
    const value = JSON.parse(columns.signature_payload) as Record<string, PlainJson> | null;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

function cutStatementOf({ changeSet, executorSignature }: PassportRows, { cut }: PhaseRecords): PlainJson {
  const row = changeSet.columns;
  const prior = executorSignature.columns.prior_signature_id;
  return cutStatement({
    changeSetId: row.change_set_id,
    entryId: row.decision_backlog_entry_id,
    manifestId: row.manifest_id,
    manifestDigest: row.manifest_version,
    reviewDecisionId: row.review_decision_id,
    effectDigest: row.effect_digest,
    counts: row.payload_summary.counts,
    // The signature that this cut amends isn't in the passport: its hash is what the executor says of it.
    priorSignature: prior === null ? null : { signatureId: prior, payloadHash: priorHash(executorSignature) },
    toolRevision: row.executor_tool_revision,
    principalId: row.emitted_by,
    personId: cut.personId,
    ...signedTimes(executorSignature.columns.signature_payload, row.emitted_at),
  });
}

function priorHash(signature: SignatureRow): string {
  const prior = signedFacts(signature)['priorSignature'] as { payloadHash?: unknown } | null | undefined;
  return typeof prior?.payloadHash === 'string' ? prior.payloadHash : '';
}

function verifyStatementOf(
  { changeSet, executorSignature, verifierSignature, result }: PassportRows,
  { verify }: PhaseRecords,
): PlainJson {
  const row = result.columns;
  return verifyStatement({
    verifyResultId: row.verify_result_id,
    changeSetId: row.change_set_id,
    entryId: changeSet.columns.decision_backlog_entry_id,
    manifestId: row.manifest_id,
    manifestDigest: row.manifest_version,
    reviewDecisionId: row.review_decision_id,
    effectDigest: row.effect_digest,
    verdict: row.verdict,
    axes: row.findings.axes,
    checkedRows: row.checked_row_count,
    priorSignature: {
      signatureId: executorSignature.columns.signature_id,
      payloadHash: executorSignature.columns.payload_hash,
    },
    toolRevision: row.verifier_tool_revision,
    principalId: row.verified_by,
    personId: verify.personId,
    ...signedTimes(verifierSignature.columns.signature_payload, row.verified_at),
  });
}

/** The key that the envelope names. It must be the lane's and valid at the position, and the signature must verify. */
function signerOf(
  { name, lane, row, where, position }: Signing,
  known: KnownKeys,
  judge: VerifySignature,
): KnownKey {
  const at = `${where}.payload_envelope`;
  const keyId = keyIdIn(row.columns.payload_envelope);
  const key = statementKeyAt(known, keyId, position);
  if (key === null) throw new PassportFault(at, whyNot(name, keyId, position, known));
  refuseUnless(
    key.lane === lane,
    at,
    `The ${name}'s signature was made by key ${keyId}, which belongs to ${key.lane}; ` +
      `statements of ${lane} need its own key.`,
  );
  const opened = openEnvelope(row.columns.payload_envelope, { keyId, payloadType: payloadTypeOf(lane) });
  if (!opened.ok)
    throw new PassportFault(
      at,
      `The ${name}'s envelope isn't one that ${lane} makes: ${wordsOfCode(opened.reason)}.`,
    );
  const verdict = judge(key.publicKey, opened.message, opened.signature);
  if (!verdict.ok)
    throw new PassportFault(
      at,
      `The ${name}'s signature doesn't verify under key ${keyId}: ${wordsOfCode(verdict.reason)}.`,
    );
  refuseUnless(
    opened.payload.toString('utf8') === row.columns.signature_payload,
    at,
    `The ${name} signed other bytes than those beside the signature.`,
  );
  return key;
}

function keyIdIn(envelope: PlainJson): string {
  const signatures = (envelope as { signatures?: unknown } | null)?.signatures;
  const first = Array.isArray(signatures) ? (signatures[0] as { keyid?: unknown } | null) : null;
  return typeof first?.keyid === 'string' ? first.keyid : 'without an id';
}

function whyNot(name: string, keyId: string, position: number, { keys }: KnownKeys): string {
  const key = keys.find((one) => one.keyId === keyId);
  if (key === undefined) return `The ${name} signed with key ${keyId}, which the keys given don't have.`;
  if (key.purpose !== 'statement')
    return `The ${name} signed with key ${keyId}, which is for heads of the log and for no statement.`;
  const span =
    key.until === null ? `from position ${key.from} on` : `from position ${key.from} and before ${key.until}`;
  return `The ${name} signed at position ${position} with key ${keyId}, which is valid ${span}.`;
}
