import { z } from 'zod';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { openEnvelope } from '../proof/dsse.ts';
import { type SignatureVerdict, verifySignature } from '../proof/ed25519.ts';
import { keyIdOf } from '../proof/keyid.ts';
import { checkPublicKey } from '../proof/public-key.ts';
import { KEY_ACTS, KEY_PAYLOAD_TYPE, KEY_STATEMENT_FORMAT } from './key-statement.ts';
import { KEY_PURPOSES, type KeyPurpose, LANES, type Lane } from './values.ts';

/** A key as the log's records make it: valid for the records from `from` on and before `until`. */
export interface ChainedKey {
  readonly keyId: string;
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly publicKey: Buffer;
  /** Null of a key that ended before the log had records of keys. */
  readonly principalId: string | null;
  readonly from: number;
  readonly until: number | null;
}

/** Why a statement about a key isn't believed; for people. */
export type KeyFault = string;

/** What a record about a key says of itself. */
export interface KeyRecord {
  readonly verb: string;
  readonly lane: string | null;
  readonly principalId: string | null;
  readonly personId: string | null;
}

/** How a signature is judged: strictly, by whatever engine runs here. */
export type VerifySignature = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => SignatureVerdict;

const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .refine((text) => Number.isSafeInteger(Number(text)));
const key = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32);
const statement = z.strictObject({
  format: z.literal(KEY_STATEMENT_FORMAT),
  act: z.enum(KEY_ACTS),
  incarnation: z.uuid(),
  lane: z.enum(LANES),
  purpose: z.enum(KEY_PURPOSES),
  keyId: z.string(),
  publicKey: key,
  replaces: z.string().nullable(),
  position: place,
  formerKeys: z.array(z.strictObject({ keyId: z.string(), publicKey: key, from: place, until: place })),
  principalId: z.uuid(),
  personId: z.uuid(),
  reason: z.string().nullable(),
  preparedAt: z.string(),
});
type Statement = z.infer<typeof statement>;

/**
 * The keys of both lanes as the log's records make them, folded record by record from the first. A stranger, the full
 * check and the monitor judge signatures by a key's validity at a position, never by today's date and never by the
 * registry alone.
 */
export class KeyChain {
  readonly #keys = new Map<string, ChainedKey>();
  readonly #verify: VerifySignature;

  constructor(judge: VerifySignature = verifySignature, known: readonly ChainedKey[] = []) {
    this.#verify = judge;
    for (const one of known) this.#keys.set(one.keyId, one);
  }

  /**
   * Takes the envelopes of the record at `position`; gives back why they change nothing, or null where they did.
   * `record` is what the record says of itself: it must be what was signed. `incarnation` is that of the ledger at
   * this position, where it is known: what was said in another one, or of the end of one that was given up, is not
   * said here.
   */
  take(
    envelopes: readonly unknown[],
    position: number,
    record?: KeyRecord,
    incarnation: string | null = null,
  ): KeyFault | null {
    const read = this.#read(envelopes);
    if (typeof read === 'string') return read;
    const fault =
      (record === undefined ? null : otherRecordFault(read.said, record)) ??
      otherLedgerFault(read.said, incarnation) ??
      this.#fault(read.said, read.signers, position);
    if (fault === null) this.#apply(read.said, position);
    return fault;
  }

  /** The key of this id, if it was valid at a position. */
  validAt(keyId: string, position: number): ChainedKey | null {
    const found = this.#keys.get(keyId);
    if (found === undefined || position < found.from) return null;
    return found.until !== null && position >= found.until ? null : found;
  }

  current(lane: Lane, purpose: KeyPurpose): ChainedKey | null {
    return this.#of(lane, purpose).find(({ until }) => until === null) ?? null;
  }

  get all(): readonly ChainedKey[] {
    return [...this.#keys.values()];
  }

  #of(lane: Lane, purpose: KeyPurpose): ChainedKey[] {
    return this.all.filter((one) => one.lane === lane && one.purpose === purpose);
  }

  /**
   * The one payload of all envelopes, and the keys that signed it: each is looked up here, or is the one that begins.
   */
  #read(
    envelopes: readonly unknown[],
  ): { readonly said: Statement; readonly signers: ReadonlySet<string> } | KeyFault {
    let payload: string | null = null;
    let said: Statement | null = null;
    const signers = new Set<string>();
    for (const envelope of envelopes) {
      const claimed = claimedKeyId(envelope);
      const opened = openEnvelope(envelope, { keyId: claimed, payloadType: KEY_PAYLOAD_TYPE });
      if (!opened.ok) return `An envelope about a key is not one: ${opened.reason}.`;
      const text = opened.payload.toString('utf8');
      if (payload !== null && text !== payload) return 'The envelopes about a key say different things.';
      payload = text;
      said ??= parseStatement(text);
      if (said === null) return 'What is said about a key is not of the form of such a statement.';
      const publicKey =
        claimed === said.keyId ? Buffer.from(said.publicKey, 'base64') : this.#keys.get(claimed)?.publicKey;
      if (publicKey === undefined) return `The key ${claimed} that signed is not known.`;
      const verdict = this.#verify(publicKey, opened.message, opened.signature);
      if (!verdict.ok) return `The signature of ${claimed} does not verify: ${verdict.reason}.`;
      signers.add(claimed);
    }
    return said === null ? 'A record about a key holds no statement.' : { said, signers };
  }

  #fault(said: Statement, signers: ReadonlySet<string>, position: number): KeyFault | null {
    const publicKey = Buffer.from(said.publicKey, 'base64');
    if (said.keyId !== keyIdOf(publicKey)) return `${said.keyId} is not the id of the key beside it.`;
    return said.act === 'revoke'
      ? this.#revocationFault(said, signers, position)
      : this.#beginningFault(said, publicKey, signers, position);
  }

  #revocationFault(said: Statement, signers: ReadonlySet<string>, position: number): KeyFault | null {
    const ended = this.current(said.lane, said.purpose);
    if (ended?.keyId !== said.keyId)
      return `${said.keyId} is not the ${said.purpose} key of ${said.lane} in force, so it can't be revoked.`;
    if (Number(said.position) !== position) return misplacedFault(said, position);
    const sister = this.#sister(said);
    // Of a lane's last key the other lane has no say: it could end the lane for good.
    const other = sister === null ? null : this.#otherLanes(said);
    const may = [said.keyId, sister?.keyId, other?.keyId];
    if (may.some((keyId) => keyId !== undefined && signers.has(keyId))) return null;
    return (
      "A revocation is signed by the key that ends, by its lane's other key or, of two, by the other lane's; " +
      'this one is by none.'
    );
  }

  #beginningFault(
    said: Statement,
    publicKey: Buffer,
    signers: ReadonlySet<string>,
    position: number,
  ): KeyFault | null {
    const judged = checkPublicKey(publicKey);
    if (!judged.ok) return `The key ${said.keyId} is no good: ${judged.reason}.`;
    if (this.#keys.has(said.keyId)) return `The key ${said.keyId} was registered before; a key serves once.`;
    if (!signers.has(said.keyId)) return `The new key ${said.keyId} did not sign.`;
    const others = this.#of(said.lane, said.purpose);
    const current = this.current(said.lane, said.purpose);
    if (others.length === 0) return this.#firstFault(said, position);
    if (said.formerKeys.length > 0) return 'Former keys are named by the first key of a lane alone.';
    if (Number(said.position) !== position) return misplacedFault(said, position);
    if (said.act === 'add')
      return current === null
        ? this.#renewalFault(said, signers)
        : `${said.lane} has a ${said.purpose} key in force; another begins by rotating it.`;
    if (current === null || current.keyId !== said.replaces)
      return `${said.replaces} is not the ${said.purpose} key of ${said.lane} in force, so it can't be rotated.`;
    return signers.has(current.keyId) ? null : `The old key ${current.keyId} did not sign the rotation.`;
  }

  /**
   * The first key of a lane and purpose is believed on its own word. A checker compares it with the keys that the
   * checker knows.
   */
  #firstFault(said: Statement, position: number): KeyFault | null {
    if (said.act !== 'add' || said.replaces !== null) return `${said.lane} has no key that could be rotated.`;
    if (Number(said.position) > position) return misplacedFault(said, position);
    const met = new Set([said.keyId, ...this.#keys.keys()]);
    for (const { keyId, publicKey, from, until } of said.formerKeys) {
      const bytes = Buffer.from(publicKey, 'base64');
      const judged = checkPublicKey(bytes);
      if (!judged.ok) return `The former key ${keyId} is no good: ${judged.reason}.`;
      const isLate = Number(from) > Number(until) || Number(until) > Number(said.position);
      if (keyIdOf(bytes) !== keyId || met.has(keyId) || isLate)
        return `The former key ${keyId} does not fit before the first one.`;
      met.add(keyId);
    }
    return null;
  }

  /**
   * The other lane may stop a key and never begin one. Otherwise a person with one lane's keys could become the other
   * lane.
   */
  #renewalFault(said: Statement, signers: ReadonlySet<string>): KeyFault | null {
    const sister = this.#sister(said);
    if (sister !== null && signers.has(sister.keyId)) return null;
    return (
      `After a revocation a key of ${said.lane} begins with the agreement of the lane's other key, ` +
      'and it did not sign.'
    );
  }

  /** The same lane's key in force for the other purpose. */
  #sister({ lane, purpose }: Statement): ChainedKey | null {
    return this.current(lane, KEY_PURPOSES.find((other) => other !== purpose) as KeyPurpose);
  }

  /** The other lane's key in force for the same purpose. */
  #otherLanes({ lane, purpose }: Statement): ChainedKey | null {
    return this.current(LANES.find((other) => other !== lane) as Lane, purpose);
  }

  #apply(said: Statement, position: number): void {
    const { lane, purpose } = said;
    const current = this.current(lane, purpose);
    if (current !== null) this.#keys.set(current.keyId, { ...current, until: position });
    if (said.act === 'revoke') return;
    for (const former of said.formerKeys) {
      this.#keys.set(former.keyId, {
        keyId: former.keyId,
        lane,
        purpose,
        publicKey: Buffer.from(former.publicKey, 'base64'),
        principalId: null,
        from: Number(former.from),
        until: Number(former.until),
      });
    }
    this.#keys.set(said.keyId, {
      keyId: said.keyId,
      lane,
      purpose,
      publicKey: Buffer.from(said.publicKey, 'base64'),
      principalId: said.principalId,
      from: Number(said.position),
      until: null,
    });
  }
}

function otherRecordFault(
  said: Statement,
  { verb, lane, principalId, personId }: KeyRecord,
): KeyFault | null {
  if (verb !== `key:${said.act}`)
    return `The record's verb is ${verb}, and what was signed is to ${said.act} a key.`;
  if (lane !== said.lane)
    return `The record is of ${lane}, and what was signed is about a key of ${said.lane}.`;
  return principalId === said.principalId && personId === said.personId
    ? null
    : 'The record names another principal or person than what was signed.';
}

function otherLedgerFault(
  { keyId, incarnation: said }: Statement,
  incarnation: string | null,
): KeyFault | null {
  return incarnation === null || incarnation === said
    ? null
    : `The statement about ${keyId} was made for incarnation ${said}, and the ledger was ${incarnation} there.`;
}

function misplacedFault(said: Statement, position: number): KeyFault {
  return `The statement about ${said.keyId} was made for position ${said.position} and is at ${position}.`;
}

function claimedKeyId(envelope: unknown): string {
  const claimed = (envelope as { signatures?: readonly { keyid?: unknown }[] } | null)?.signatures?.[0]
    ?.keyid;
  return typeof claimed === 'string' ? claimed : '';
}

function parseStatement(text: string): Statement | null {
  try {
    const value = JSON.parse(text) as PlainJson;
    const parsed = statement.safeParse(value);
    return parsed.success && canonicalJson(value) === text ? parsed.data : null;
  } catch {
    return null;
  }
}
