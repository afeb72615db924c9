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
import type { PlainJson } from '../../proof/canonical.ts';
import { checkpointKeyName } from '../../proof/checkpoint.ts';
import { type Digest, digestOf } from '../../proof/digest.ts';
import type { KnownKey } from '../../proof/keys-file.ts';
import { noteKeyHash, parseNote } from '../../proof/note.ts';
import { PASSPORT_FORMAT, passportText } from '../format.ts';
import { statedKey } from '../keys.ts';
import { lookForPassport, type PassportPlace } from './look.ts';
import { type BirthRow, birthRows, type PassportParts } from './rows.ts';

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
  readonly evidence: Pick<CommonQueryMethods, 'any' | 'maybeOne'>;
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
  const records = await provedRecords(
    office,
    place,
    checkpoint,
    ['executorSignature', 'verifierSignature'].map((part) => keyIdIn(onlyRow(parts, part))),
  );
  const text = passportText({
    format: PASSPORT_FORMAT,
    changeSetId,
    checkpoint: checkpoint.note,
    keys: keysOf(parts, keys, checkpoint),
    records,
    rows: rowsOf(parts),
  } as unknown as PlainJson);
  const { columns: result } = onlyRow(parts, 'result');
  const docCode = String(onlyRow(parts, 'source').columns['doc_code']).replaceAll(
    /[^\p{L}\p{M}\p{Nd}._-]+/gu,
    '-',
  );
  return {
    changeSetId,
    text,
    digest: digestOf(text),
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

const recordRow = z.object({ position: z.string(), record_id: z.string(), body: z.string().nullable() });

/** The records with their bodies and paths to the checkpoint. Those of the two keys only where before the verdict. */
async function provedRecords(
  { observe, evidence }: PassportOffice,
  { positions }: PassportPlace,
  { size }: Checkpoint,
  keyIds: readonly string[],
): Promise<unknown> {
  const beginnings = keyIds.flatMap((keyId) => [keyRecordId('add', keyId), keyRecordId('rotate', keyId)]);
  const lines = await evidence.any(sql.type(recordRow)`/* passport.records */
    select log.position::text, log.record_id::text, (select string_agg(part.body, '' order by part.part)
      from cutter_log.record_part part where part.record_id = log.record_id) as body
    from cutter_log.log
    where log.position = any(${sql.array(Object.values(positions).map(String), 'int8')})
      or (log.record_id = any(${sql.array(beginnings, 'uuid')}) and log.position < ${String(positions.verify)}::bigint)
    order by log.position`);
  const tree = readTree(observe);
  const proved = await Promise.all(
    lines.map(async ({ position, body }) => {
      const proof = await tree.inclusionProof(Number(position), size);
      const path = (proof?.hashes ?? []).map((hash) => Buffer.from(hash).toString('base64'));
      const whole = body ?? refuseGone(`The record at position ${position}`);
      return { position, body: JSON.parse(whole) as PlainJson, path };
    }),
  );
  const at = (place: number) => proved.find(({ position }) => Number(position) === place);
  return {
    ...Object.fromEntries(Object.entries(positions).map(([phase, place]) => [phase, at(place)])),
    keys: proved.filter((_, index) => beginnings.includes(lines[index]?.record_id as string)),
  };
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

function rowsOf(parts: PassportParts): unknown {
  const single = SINGLE.map((name) => [name, onlyRow(parts, name)]);
  return {
    ...Object.fromEntries(single),
    blocks: parts.get('blocks'),
    affected: parts.get('affected'),
    compensation: parts.get('compensation')?.[0] ?? null,
  };
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
