import type { Secrets } from '../../src/home/secrets.ts';
import { fingerprintOf, rowDigestOf } from '../../src/law/record.ts';
import { payloadTypeOf } from '../../src/law/statement.ts';
import { LANES, type Lane } from '../../src/law/values.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { checkpointKeyName, checkpointText } from '../../src/proof/checkpoint.ts';
import { digestOf, sha256 } from '../../src/proof/digest.ts';
import { signEnvelope } from '../../src/proof/dsse.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { leafHash, rootOf } from '../../src/proof/merkle.ts';
import { formatNote, signNote } from '../../src/proof/note.ts';
import type { Loose } from '../harness/cycle.ts';
import { inclusionProof } from '../harness/merkle.ts';
import { checkpointSeedOf, seedOf } from '../harness/seeds.ts';

/*
 * A ledger that lies with everything it has: both lanes' seeds, and a log made to measure. What it can't do is keep the rules that a
 * passport is judged by, so each rule is tried alone.
 */

/** How a forger goes on after the edit. */
export interface Forgery {
  /** Changes rows, bodies, positions. Statements and digests follow by themselves. */
  readonly edit: (passport: Loose) => void;
  /** Changes what is signed, after it was made to agree with the rows. */
  readonly say?: (statement: Loose, lane: Lane) => void;
  /** Changes the digested passport, before it goes into the log. */
  readonly afterwards?: (passport: Loose) => void;
  /** Who signs a lane's statement in its place. */
  readonly seeds?: Partial<Record<Lane, Uint8Array>>;
}

/** A passport that agrees with itself after an edit: statements signed anew, rows digested anew, a log and a checkpoint around it. */
export function forged(text: string, secrets: Secrets, forgery: Forgery): Buffer {
  const passport = JSON.parse(text);
  forgery.edit(passport);
  for (const lane of LANES) signAnew(passport, lane, secrets, forgery);
  digestAnew(passport);
  forgery.afterwards?.(passport);
  logAnew(passport, secrets);
  return Buffer.from(canonicalJson(passport, 96));
}

function signAnew(passport: Loose, lane: Lane, secrets: Secrets, { say, seeds }: Forgery): void {
  const { rows, records } = passport;
  const executes = lane === 'DOT-991';
  const row = (executes ? rows.executorSignature : rows.verifierSignature).columns;
  const change = rows.changeSet.columns;
  const result = rows.result.columns;
  const common = {
    changeSetId: change.change_set_id,
    entryId: change.decision_backlog_entry_id,
  };
  const prior = rows.executorSignature.columns;
  const facts = executes
    ? {
        ...common,
        manifestId: change.manifest_id,
        manifestDigest: change.manifest_version,
        reviewDecisionId: change.review_decision_id,
        effectDigest: change.effect_digest,
        counts: change.payload_summary.counts,
        toolRevision: change.executor_tool_revision,
        principalId: change.emitted_by,
        personId: records.cut.body.personId,
        preparedAt: change.emitted_at,
      }
    : {
        ...common,
        changeSetId: result.change_set_id,
        verifyResultId: result.verify_result_id,
        manifestId: result.manifest_id,
        manifestDigest: result.manifest_version,
        reviewDecisionId: result.review_decision_id,
        effectDigest: result.effect_digest,
        verdict: result.verdict,
        axes: result.findings.axes,
        checkedRows: result.checked_row_count,
        toolRevision: result.verifier_tool_revision,
        principalId: result.verified_by,
        personId: records.verify.body.personId,
        preparedAt: result.verified_at,
        priorSignature: { signatureId: prior.signature_id, payloadHash: prior.payload_hash },
      };
  const statement = { ...JSON.parse(row.signature_payload), ...facts };
  say?.(statement, lane);
  const payload = canonicalJson(statement);
  const seed = seeds?.[lane] ?? (seedOf(secrets, lane) as Uint8Array);
  row.signature_payload = payload;
  row.payload_hash = digestOf(payload);
  row.payload_envelope = signEnvelope(payloadTypeOf(lane), Buffer.from(payload), {
    seed,
    keyId: keyIdOf(publicKeyOf(seed)),
  });
}

/** Where the rows of each part were written. */
const WRITTEN_BY: Readonly<Record<string, string>> = {
  entry: 'mark',
  envelope: 'review',
  blocks: 'review',
  decision: 'review',
  changeSet: 'cut',
  affected: 'cut',
  executorSignature: 'cut',
  result: 'verify',
  verifierSignature: 'verify',
  compensation: 'verify',
};

function digestAnew({ rows, records }: Loose): void {
  for (const [part, phase] of Object.entries(WRITTEN_BY)) {
    const body = records[phase].body;
    for (const row of [rows[part]].flat()) if (row !== null) vouch(body, row);
  }
}

/** Writes a row's digest and fingerprints into a record's body; a row that it doesn't have is added. */
function vouch(body: Loose, row: Loose): void {
  const columns = Object.keys(row.columns).sort();
  const digest = rowDigestOf(row);
  const prints = columns.map((column) => fingerprintOf(canonicalJson(row.columns[column]))).join('');
  const known = body.rows.find(
    ([shape, id]: Loose) =>
      id === row.id && body.shapes[shape].table === row.table && body.shapes[shape].op === 'insert',
  );
  if (known !== undefined) known.splice(2, 2, digest, prints);
  else {
    const shape = body.shapes.push({ columns, op: 'insert', table: row.table }) - 1;
    body.rows.push([shape, row.id, digest, prints]);
  }
}

function logAnew(passport: Loose, secrets: Secrets): void {
  const records = Object.values(passport.records).flat() as Loose[];
  const size = Math.max(...records.map(({ position }) => Number(position))) + 3;
  const leaves: Buffer[] = Array.from({ length: size }, (_, at) => sha256(`other ${at}`));
  for (const { position, body } of records)
    leaves[Number(position)] = leafHash(sha256(canonicalJson(body, 96)));
  for (const record of records)
    record.path = inclusionProof(leaves, Number(record.position)).map((hash) => hash.toString('base64'));
  const origin = passport.checkpoint.split('\n')[0];
  const text = checkpointText({ origin, size, root: rootOf(leaves) });
  passport.checkpoint = formatNote({
    text,
    signatures: LANES.map((lane) => {
      const seed = checkpointSeedOf(secrets, lane) as Uint8Array;
      return signNote(text, { name: checkpointKeyName(origin, lane), publicKey: publicKeyOf(seed) }, seed);
    }),
  });
}
