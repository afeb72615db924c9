import { KeyChain, type VerifySignature } from '../law/key-chain.ts';
import { incarnationOf, type TreeHead } from '../proof/checkpoint.ts';
import { type KnownKey, type KnownKeys, originAt } from '../proof/keys-file.ts';
import type { Passport } from './format.ts';
import { openRecord, type ProvedRecord } from './records.ts';
import { refuseUnless } from './refuse.ts';
import type { StatementKeys } from './signatures.ts';

/**
 * Refuses unless the records that introduced the two keys agree with the given keys, are proved into the log, and are
 * signed by the keys that have to sign them.
 */
export function holdKeyRecords(
  { records }: Passport,
  signers: StatementKeys,
  head: TreeHead,
  known: KnownKeys,
  judge: VerifySignature,
): void {
  const waiting = new Map([signers.executor, signers.verifier].map((key) => [key.keyId, key]));
  records.keys.forEach((shown, at) => {
    const where = `records.keys.${at}`;
    const record = openRecord(shown, where, head);
    const { keyId } = saidIn(record);
    const key = typeof keyId === 'string' ? waiting.get(keyId) : undefined;
    refuseUnless(
      key !== undefined && (record.verb === 'key:add' || record.verb === 'key:rotate'),
      `${where}.body`,
      `The record at position ${record.position} introduces neither of the two keys that signed.`,
    );
    waiting.delete(key.keyId);
    holdIntroduction(record, key, known, judge);
  });
}

function holdIntroduction(
  record: ProvedRecord,
  key: KnownKey,
  known: KnownKeys,
  judge: VerifySignature,
): void {
  const chain = new KeyChain(judge, keysBefore(record, key, known));
  const incarnation = incarnationOf(originAt(known, record.position));
  const fault = chain.take(record.statements, record.position, record, incarnation);
  refuseUnless(
    fault === null,
    `${record.where}.body`,
    `The record at position ${record.position} doesn't introduce key ${key.keyId}. ${fault}`,
  );
  const introduced = chain.all.find(({ keyId }) => keyId === key.keyId);
  refuseUnless(
    introduced?.publicKey.equals(key.publicKey) === true &&
      introduced.lane === key.lane &&
      introduced.purpose === key.purpose &&
      introduced.from === key.from,
    `${record.where}.body`,
    `The record at position ${record.position} says otherwise than the keys given ` +
      `of the lane, the purpose or the beginning of key ${key.keyId}.`,
  );
}

/** The other keys as they were before a record, without those that it names itself. */
function keysBefore(record: ProvedRecord, key: KnownKey, { keys }: KnownKeys) {
  const named = new Set<unknown>([key.keyId, ...saidIn(record).former]);
  return keys
    .filter(({ keyId, from }) => !named.has(keyId) && from < record.position)
    .map(({ until, ...other }) => ({
      ...other,
      principalId: null,
      until: until !== null && until < record.position ? until : null,
    }));
}

/** The keys that a statement names, before it is judged. */
function saidIn({ statements }: ProvedRecord): { keyId: unknown; former: readonly unknown[] } {
  try {
    const { payload } = statements[0] as { payload: string };
    const said = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
      keyId: unknown;
      formerKeys: readonly { keyId: unknown }[];
    };
    return { keyId: said.keyId, former: said.formerKeys.map(({ keyId }) => keyId) };
  } catch {
    return { keyId: null, former: [] };
  }
}
