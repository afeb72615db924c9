import type { Client } from 'pg';
import { laneProblems } from '../../law/lane-invariants.ts';
import { sharedParties } from '../../law/parties.ts';
import { RULES_OF_ORIGIN } from '../../law/rules/rules.ts';
import { payloadTypeOf, statementFormat } from '../../law/statement.ts';
import { signedTimes } from '../../law/statement-time.ts';
import { LANES, type Lane } from '../../law/values.ts';
import { KEY } from '../../ledger/tables/key.ts';
import { PRINCIPAL } from '../../ledger/tables/party.ts';
import type { NewSignature } from '../../ledger/tables/signature.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { type OpenedEnvelope, openEnvelope } from '../../proof/dsse.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import type { FsckCoverage, FsckFinding, FsckFindings, Ref } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';
import type { JudgedKey, LedgerKeys } from '../log/ledger-keys.ts';

const SIGNATURES = 'cutter_governance.dot_pair_signature';
const CHANGE_SETS = 'cutter_governance.cut_change_set';
const RESULTS = 'cutter_governance.verify_result';
const KEYS = KEY.name;
const PAGE = 500;

interface SignatureRow extends NewSignature {
  readonly position: number | null;
  readonly prior_payload_hash: string | null;
  readonly prior_key: string | null;
  readonly prior_change_set: string | null;
  readonly facts: Readonly<Record<string, PlainJson>> | null;
}

/** The column of each signed member, in the change set or in the verify result. */
const COLUMN_OF: Readonly<Record<string, string>> = {
  changeSetId: 'change_set_id',
  entryId: 'decision_backlog_entry_id',
  verifyResultId: 'verify_result_id',
  manifestId: 'manifest_id',
  manifestDigest: 'manifest_version',
  reviewDecisionId: 'review_decision_id',
  effectDigest: 'effect_digest',
  counts: 'payload_summary',
  verdict: 'verdict',
  axes: 'findings',
  checkedRows: 'checked_row_count',
};
const CUT_COLUMN_OF = {
  ...COLUMN_OF,
  principalId: 'emitted_by',
  preparedAt: 'emitted_at',
  toolRevision: 'executor_tool_revision',
};
const RESULT_COLUMN_OF = {
  ...COLUMN_OF,
  principalId: 'verified_by',
  preparedAt: 'verified_at',
  toolRevision: 'verifier_tool_revision',
};

/** One person behind a principal, as SQL. */
const personSql = (principal: string) =>
  `(select p.person_id::text from cutter_auth.principal p where p.principal_id::text = ${principal} limit 1)`;

const CUT_FACTS = `json_build_object('format', 'cutter-statement/1', 'phase', 'cut', 'lane', 'DOT-991',
  'changeSetId', c.change_set_id, 'entryId', c.decision_backlog_entry_id, 'manifestId', c.manifest_id,
  'manifestDigest', c.manifest_version, 'reviewDecisionId', c.review_decision_id,
  'effectDigest', c.effect_digest, 'counts', c.payload_summary->'counts',
  'toolRevision', c.executor_tool_revision, 'principalId', c.emitted_by, 'personId', ${personSql('c.emitted_by')},
  'preparedAt', ${timeTextSql('c.emitted_at')})`;
const VERIFY_FACTS = `json_build_object('format', 'cutter-statement/1', 'phase', 'verify', 'lane', 'DOT-992',
  'verifyResultId', v.verify_result_id, 'changeSetId', v.change_set_id,
  'entryId', (select j.decision_backlog_entry_id from ${CHANGE_SETS} j where j.change_set_id = v.change_set_id limit 1),
  'manifestId', v.manifest_id, 'manifestDigest', v.manifest_version, 'reviewDecisionId', v.review_decision_id,
  'effectDigest', v.effect_digest, 'verdict', v.verdict, 'axes', v.findings->'axes',
  'checkedRows', v.checked_row_count, 'toolRevision', v.verifier_tool_revision, 'principalId', v.verified_by,
  'personId', ${personSql('v.verified_by')}, 'preparedAt', ${timeTextSql('v.verified_at')})`;

function pageSql(where: string, limit: string): string {
  return `select json_build_object('signature_id', s.signature_id, 'signature_kind', s.signature_kind,
    'signer_dot_id', s.signer_dot_id, 'signer_tool_revision', s.signer_tool_revision,
    'signature_payload', s.signature_payload, 'payload_envelope', s.payload_envelope,
    'payload_hash', s.payload_hash, 'cross_reference_change_set_id', s.cross_reference_change_set_id,
    'cross_reference_verify_result_id', s.cross_reference_verify_result_id, 'prior_signature_id', s.prior_signature_id,
    'validation_state', s.validation_state, 'position', ${positionSql('s.signature_id')},
    'prior_payload_hash', p.payload_hash, 'prior_key', p.payload_envelope->'signatures'->0->>'keyid',
    'prior_change_set', p.cross_reference_change_set_id,
    'facts', case when c.change_set_id is not null then ${CUT_FACTS}
      when v.verify_result_id is not null then ${VERIFY_FACTS} end)
  from (select * from ${SIGNATURES} where ${where} order by signature_id ${limit}) s
  left join ${SIGNATURES} p on p.signature_id = s.prior_signature_id
  left join ${CHANGE_SETS} c on c.change_set_id = s.cross_reference_change_set_id
  left join ${RESULTS} v on v.verify_result_id = s.cross_reference_verify_result_id
  order by s.signature_id`;
}

/**
 * Judges every signature from the data: its form, its lane, its key and the key's span of positions in the log, the
 * curve, and whether the signed facts are those of the rows.
 */
export async function checkSignatures(
  client: Client,
  keys: LedgerKeys,
  head: number,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  const contradicted: Ref[] = [];
  for (let last = '00000000-0000-0000-0000-000000000000', open = true; open; ) {
    const page: SignatureRow[] = [];
    await eachJsonRow<SignatureRow>(client, pageSql(`signature_id > '${last}'`, `limit ${PAGE}`), (row) =>
      page.push(row),
    );
    coverage.signatures += page.length;
    await Promise.all(page.map((row) => judgeSignature(row, contradicted, keys, head, findings)));
    last = page.at(-1)?.signature_id ?? last;
    open = page.length === PAGE;
  }
  taintContradicted(contradicted, findings);
}

/** A row that says something else than was signed is altered: what follows from it is no finding of its own. */
function taintContradicted(contradicted: readonly Ref[], findings: FsckFindings): void {
  for (const [table, key] of contradicted) if (key != null) findings.taint(table, key);
}

/** The same for some signatures, by id: what a page of the log wrote. */
export async function checkSomeSignatures(
  client: Client,
  keys: LedgerKeys,
  ids: readonly string[],
  head: number,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  if (ids.length === 0) return;
  const rows: SignatureRow[] = [];
  const contradicted: Ref[] = [];
  await eachJsonRow<SignatureRow>(
    client,
    pageSql(`signature_id in (${ids.map((id) => `'${id}'`).join()})`, ''),
    (row) => rows.push(row),
  );
  coverage.signatures += rows.length;
  await Promise.all(rows.map((row) => judgeSignature(row, contradicted, keys, head, findings)));
  taintContradicted(contradicted, findings);
}

/** Rows that say something else than was signed are added to `contradicted`. */
async function judgeSignature(
  row: SignatureRow,
  contradicted: Ref[],
  keys: LedgerKeys,
  head: number,
  findings: FsckFindings,
): Promise<void> {
  const subject = row.cross_reference_change_set_id === null ? RESULTS : CHANGE_SETS;
  const subjectKey = row.cross_reference_change_set_id ?? row.cross_reference_verify_result_id;
  const signature = [SIGNATURES, row.signature_id] as const;
  const signed = subjectKey === null ? signature : ([subject, subjectKey] as const);
  const columns: Readonly<Record<string, string>> = subject === RESULTS ? RESULT_COLUMN_OF : CUT_COLUMN_OF;
  const lane = row.signer_dot_id as Lane;
  const keyId = keyIdIn(row.payload_envelope);
  const key = keys.find(keyId, 'statement');
  const judged = (
    verdict: FsckFinding['verdict'],
    column: string,
    message: string,
    [table, key]: readonly [table: string, key: string] = signature,
    more: readonly Ref[] = [],
  ) =>
    findings.derive(
      [
        ...more,
        signature,
        [SIGNATURES, row.prior_signature_id],
        [subject, subjectKey],
        [CHANGE_SETS, row.prior_change_set],
        [KEYS, keyId],
      ],
      { verdict, table, key, column, after: row.position, before: head, message },
    );
  const invalid = (column: string, message: string) => judged('signature-invalid', column, message);
  if (!LANES.includes(lane)) {
    invalid('signer_dot_id', `${String(lane)} is no lane.`);
    return;
  }
  // Without the schema's NOT NULL the bytes may be gone too.
  if (typeof row.signature_payload !== 'string') {
    invalid('signature_payload', 'The signed bytes are gone.');
    return;
  }
  for (const { path, message } of laneProblems(row, lane, key?.lane ?? 'no lane'))
    invalid(path[1] as string, message);
  if (digestOf(row.signature_payload) !== row.payload_hash)
    invalid('payload_hash', "The payload doesn't have the hash beside it.");
  if (key === null) {
    judged(
      'key-invalid',
      'payload_envelope',
      `The signature names the key ${keyId}, which the ledger doesn't have for statements.`,
    );
    return;
  }
  const at = row.position ?? head;
  if (at < key.from || (key.until !== null && at >= key.until))
    judged(
      'key-invalid',
      'payload_envelope',
      `Key ${keyId} is valid from position ${key.from}` +
        `${key.until === null ? '' : ` and before ${key.until}`}; the signature is at ${at}.`,
    );
  const opened = openEnvelope(row.payload_envelope, { keyId, payloadType: payloadTypeOf(lane) });
  const fault = await envelopeFault(opened, key, row.signature_payload);
  if (fault !== null) invalid('payload_envelope', fault);
  const executorKey = row.prior_key === null ? null : keys.find(row.prior_key, 'statement');
  // All rules keep these two apart.
  const { rules } = RULES_OF_ORIGIN;
  const isShared =
    sharedParties('verified', partyOfKey(key), { cut: partyOfKey(executorKey) }, rules).length > 0;
  if (subject === RESULTS && isShared)
    judged(
      'sod-broken',
      'verifier_signature_id',
      'The verifier signed with the key of the executor.',
      signed,
    );
  // What isn't signed contradicts nothing.
  for (const member of fault === null ? otherFacts(row) : []) {
    const message = `The signed statement ${row.signature_id} says another ${member} than the row.`;
    // The person is read from the registry, whose row may be what was altered.
    const read: Ref[] = member === 'personId' ? [[PRINCIPAL.name, String(row.facts?.['principalId'])]] : [];
    const isNew = judged('contradicts-signature', columns[member] ?? member, message, signed, read);
    if (isNew) contradicted.push([subject, subjectKey]);
  }
}

/** The replay of an entry compares principals and persons. */
const partyOfKey = (key: JudgedKey | null) => ({
  principal: null,
  person: null,
  key: key?.publicKey ?? null,
});

async function envelopeFault(
  opened: OpenedEnvelope,
  key: JudgedKey,
  payload: string,
): Promise<string | null> {
  if (!opened.ok) return `The envelope isn't one that its lane makes: ${opened.reason}.`;
  const verdict = await verifyLater(key.publicKey, opened.message, opened.signature);
  if (!verdict.ok) return `The signature doesn't verify: ${verdict.reason}.`;
  return opened.payload.toString('utf8') === payload
    ? null
    : 'Other bytes were signed than those beside the signature.';
}

function keyIdIn(envelope: unknown): string {
  const signatures = (envelope as { signatures?: { keyid?: unknown }[] } | null)?.signatures;
  const keyid = Array.isArray(signatures) ? signatures[0]?.keyid : undefined;
  return typeof keyid === 'string' ? keyid : '(none)';
}

/** The members of the signed statement that differ from the rows. */
function otherFacts(row: SignatureRow): string[] {
  const signed = parseStatement(row.signature_payload);
  if (signed === null || row.facts === null) return ['statement'];
  const prior =
    row.prior_signature_id === null
      ? null
      : { signatureId: row.prior_signature_id, payloadHash: row.prior_payload_hash };
  const times = signedTimes(row.signature_payload, String(row.facts['preparedAt']));
  const format = statementFormat(times);
  const facts: Record<string, PlainJson> = { ...row.facts, ...times, format, priorSignature: prior };
  const same = (member: string) =>
    canonicalJson(signed[member] ?? null) === canonicalJson(facts[member] ?? null);
  return [...new Set([...Object.keys(signed), ...Object.keys(facts)])].filter(
    // Without its principal in the registry the person is unknown.
    (member) => !same(member) && !(member === 'personId' && facts['personId'] === null),
  );
}

function parseStatement(text: string): Record<string, PlainJson> | null {
  try {
    const value = JSON.parse(text) as PlainJson;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, PlainJson>)
      : null;
  } catch {
    return null;
  }
}
