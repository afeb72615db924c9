import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { refuseOutsideChangeSet } from '../../auth/narrowing.ts';
import type { Session } from '../../auth/session.ts';
import { keyRecordId } from '../../law/key-statement.ts';
import { Busy, NotFound } from '../../law/refusals.ts';
import type { AxisStatus } from '../../law/values.ts';
import { LANES, type Lane } from '../../law/values.ts';
import type { Checkpoint, Checkpoints } from '../../log/checkpoint/checkpoint.ts';
import { readTree } from '../../log/tree/tree.ts';
import { checkpointKeyName } from '../../proof/checkpoint.ts';
import type { Digest } from '../../proof/digest.ts';
import type { KnownKey } from '../../proof/keys-file.ts';
import { noteKeyHash, parseNote } from '../../proof/note.ts';
import { PASSPORT_FORMAT, RULED_PASSPORT_FORMAT } from '../format.ts';
import { statedKey } from '../keys.ts';
import { lookForPassport, type PassportPlace } from './look.ts';
import { canonicalPieces, digestOfPieces, listOf, objectOf, type Pieces } from './passport-pieces.ts';
import { type BirthRow, birthRows, type PassportParts, unitRowTexts } from './rows.ts';

/** A passport as it is issued. */
export interface IssuedPassport {
  readonly changeSetId: string;
  /** The file, to the byte. */
  readonly text: string;
  readonly digest: Digest;
  readonly fileName: string;
  readonly verdict: AxisStatus;
  readonly checkpoint: Checkpoint;
}

/** Issues the passport of a verified cut. Refuses where there is none yet, or the caller's token doesn't reach it. */
export type IssuePassport = (caller: Session, changeSetId: string) => Promise<IssuedPassport>;

interface PassportOffice {
  readonly observe: Pick<CommonQueryMethods, 'any'>;
  readonly evidence: Pick<CommonQueryMethods, 'any' | 'one' | 'maybeOne'>;
  readonly checkpoints: Checkpoints;
}

/** Heads read at a time: those that don't verify are skipped, and few are enough to find one that does. */
const HEADS = 8;

/** Issues passports from this office to callers whose token reaches the change set. */
export function openPassportOffice(office: PassportOffice): IssuePassport {
  return async (caller, changeSetId) => {
    await refuseOutsideChangeSet(office.evidence, caller, changeSetId);
    return issuePassport(office, changeSetId);
  };
}

/**
 * Makes the passport of a verified cut. Everything in it was fixed by the smallest published checkpoint that covers its
 * records: it shows rows as they were born, and keys as they were at that checkpoint. So it is always the same to the
 * byte, none is stored, and its few statements need no common snapshot.
 */
async function issuePassport(office: PassportOffice, changeSetId: string): Promise<IssuedPassport> {
  const place = await lookForPassport(office.evidence, changeSetId);
  const checkpoint = await firstCheckpoint(office.checkpoints, place.positions.verify);
  const [parts, keys] = await Promise.all([
    birthRows(office.evidence, place.ids),
    registeredKeys(office.evidence),
  ]);
  const ruled = await positionsOfRules(office.evidence, place);
  const records = await provedRecords(
    office,
    { ...place, ruled },
    checkpoint,
    ['executorSignature', 'verifierSignature'].map((part) => keyIdIn(onlyRow(parts, part))),
  );
  const pieces = objectOf({
    format: canonicalPieces(ruled.length === 0 ? PASSPORT_FORMAT : RULED_PASSPORT_FORMAT),
    changeSetId: canonicalPieces(changeSetId),
    checkpoint: canonicalPieces(checkpoint.note),
    keys: canonicalPieces(keysOf(parts, keys, checkpoint)),
    records,
    rows: await rowsOf(office, place, parts),
  });
  const { columns: result } = onlyRow(parts, 'result');
  const docCode = String(onlyRow(parts, 'source').columns['doc_code']).replaceAll(
    /[^\p{L}\p{M}\p{Nd}._-]+/gu,
    '-',
  );
  return {
    changeSetId,
    text: pieces.join(''),
    digest: await digestOfPieces(pieces),
    fileName: `passport-${docCode}-${changeSetId}.json`,
    verdict: result['verdict'] === 'pass' ? 'pass' : 'fail',
    checkpoint,
  };
}

/** The smallest head that covers a position: always the same one. */
async function firstCheckpoint(checkpoints: Checkpoints, position: number): Promise<Checkpoint> {
  const [first] = await checkpoints.covering(position, HEADS);
  if (first !== undefined) return first;
  const message = `No checkpoint covers position ${position} yet; ask again in a second.`;
  throw new Busy(message, [{ path: ['changeSetId'], code: 'no-checkpoint', message }]);
}

const recordRow = z.object({ position: z.string(), record_id: z.string(), record_hash: z.string() });
const bodyRow = z.object({ body: z.string() });

const ruledRow = z.object({ position: z.string() });

/** The positions of the rules in force at the review, the cut and the verification; none where the log had none yet. */
async function positionsOfRules(
  evidence: PassportOffice['evidence'],
  { positions: { review, cut, verify } }: PassportPlace,
): Promise<readonly number[]> {
  const acts = sql.array([review, cut, verify].map(String), 'int8');
  const found = await evidence.any(sql.type(ruledRow)`/* passport.rules */
    with ruled as materialized (
      select (select min(l.position + 0) from cutter_log.log l where l.row_ids @> array[u.rules_id]) as position
      from cutter_auth.rules u)
    select distinct max(r.position)::text as position
    from unnest(${acts}) as act join ruled r on r.position < act group by act`);
  return found.map(({ position }) => Number(position)).toSorted((a, b) => a - b);
}

/** The records with their bodies and paths to the checkpoint. Those of the two keys only where before the verdict. */
async function provedRecords(
  { observe, evidence }: PassportOffice,
  { positions, ruled }: PassportPlace & { readonly ruled: readonly number[] },
  { size }: Checkpoint,
  keyIds: readonly string[],
): Promise<Pieces> {
  const beginnings = keyIds.flatMap((keyId) => [keyRecordId('add', keyId), keyRecordId('rotate', keyId)]);
  const lines = await evidence.any(sql.type(recordRow)`/* passport.records */
    select log.position::text, log.record_id::text, log.record_hash
    from cutter_log.log
    where log.position = any(${sql.array([...Object.values(positions), ...ruled].map(String), 'int8')})
      or (log.record_id = any(${sql.array(beginnings, 'uuid')}) and log.position < ${String(positions.verify)}::bigint)
    order by log.position`);
  const tree = readTree(observe);
  const proved = new Map<number, Pieces>();
  const keys: Pieces[] = [];
  for (const line of lines) {
    const position = Number(line.position);
    const proof = await tree.inclusionProof(position, size);
    const path = (proof?.hashes ?? []).map((hash) => Buffer.from(hash).toString('base64'));
    const body = await bodyOf(evidence, line);
    const record = objectOf({ position: canonicalPieces(line.position), body, path: canonicalPieces(path) });
    proved.set(position, record);
    if (beginnings.includes(line.record_id)) keys.push(record);
  }
  const phases = Object.entries(positions).flatMap(([phase, position]) => {
    const record = proved.get(position);
    return record === undefined ? [] : [[phase, record] as const];
  });
  const rules = ruled.flatMap((position) => {
    const record = proved.get(position);
    return record === undefined ? [] : [record];
  });
  return objectOf({
    ...Object.fromEntries(phases),
    keys: listedPieces(keys),
    ...(rules.length === 0 ? {} : { rules: listedPieces(rules) }),
  });
}

function listedPieces(all: readonly Pieces[]): Pieces {
  return ['[', ...all.flatMap((pieces, at) => (at === 0 ? pieces : [',', ...pieces])), ']'];
}

/** A record's body in its parts. One that has the hash of the log is canonical; any other is written so. */
async function bodyOf(
  evidence: PassportOffice['evidence'],
  { position, record_id, record_hash }: z.infer<typeof recordRow>,
): Promise<Pieces> {
  const rows = await evidence.any(sql.type(bodyRow)`/* passport.parts */
    select part.body from cutter_log.record_part part where part.record_id = ${record_id}::uuid order by part.part`);
  const parts = rows.map(({ body }) => body);
  if (parts.length === 0) return refuseGone(`The record at position ${position}`);
  return (await digestOfPieces(parts)) === record_hash ? parts : canonicalPieces(JSON.parse(parts.join('')));
}

const keyRow = z.object({
  key_id: z.string(),
  lane: z.enum(LANES),
  purpose: z.enum(['statement', 'checkpoint']),
  public_key: z.instanceof(Buffer),
  from: z.string(),
  until: z.string().nullable(),
});

async function registeredKeys(evidence: Pick<CommonQueryMethods, 'any'>): Promise<readonly KnownKey[]> {
  const lines = await evidence.any(sql.type(keyRow)`/* passport.keys */
    select key_id, lane, purpose, public_key, from_position::text as "from", until_position::text as until
    from cutter_auth.key`);
  return lines.map(({ key_id, public_key, from, until, ...key }) => ({
    ...key,
    keyId: key_id,
    publicKey: public_key,
    from: Number(from),
    until: until === null ? null : Number(until),
  }));
}

/** The four keys that signed: each lane's for its statement, and for the checkpoint. */
function keysOf(parts: PassportParts, keys: readonly KnownKey[], checkpoint: Checkpoint): unknown {
  const { origin, size, note } = checkpoint;
  const hashes = parseNote(note).signatures.map(({ keyHash }) => Buffer.from(keyHash));
  const cosigner = (lane: Lane) =>
    keys.find(
      (key) =>
        key.purpose === 'checkpoint' &&
        key.lane === lane &&
        hashes.some((hash) =>
          hash.equals(noteKeyHash({ name: checkpointKeyName(origin, lane), publicKey: key.publicKey })),
        ),
    );
  const signer = (part: string) => {
    const keyId = keyIdIn(onlyRow(parts, part));
    return keys.find((key) => key.keyId === keyId);
  };
  const stated = (key: KnownKey | undefined) => (key === undefined ? null : statedKey(key, size));
  return {
    executor: stated(signer('executorSignature')),
    verifier: stated(signer('verifierSignature')),
    executorCheckpoint: stated(cosigner('DOT-991')),
    verifierCheckpoint: stated(cosigner('DOT-992')),
  };
}

function keyIdIn({ columns }: BirthRow): string {
  const envelope = columns['payload_envelope'] as { signatures?: readonly { keyid?: unknown }[] } | null;
  return String(envelope?.signatures?.[0]?.keyid);
}

const SINGLE = [
  'source',
  'entry',
  'envelope',
  'decision',
  'changeSet',
  'executorSignature',
  'result',
  'verifierSignature',
] as const;

async function rowsOf(
  { evidence }: PassportOffice,
  { ids }: PassportPlace,
  parts: PassportParts,
): Promise<Pieces> {
  const single = SINGLE.map((name) => [name, canonicalPieces(onlyRow(parts, name))]);
  return objectOf({
    ...Object.fromEntries(single),
    blocks: await listOf(unitRowTexts(evidence, ids, 'blocks')),
    affected: await listOf(unitRowTexts(evidence, ids, 'affected')),
    compensation: canonicalPieces(parts.get('compensation')?.[0] ?? null),
  });
}

function onlyRow(parts: PassportParts, name: string): BirthRow {
  const row = parts.get(name)?.[0];
  return row ?? refuseGone(`The ${name} of this cut`);
}

/** Refuses where the database no longer has what a checkpoint covers. */
function refuseGone(what: string): never {
  const message = `${what} is gone from the database; run cutter fsck to see what was altered.`;
  throw new NotFound(message, [{ path: ['changeSetId'], code: 'gone', message }]);
}
