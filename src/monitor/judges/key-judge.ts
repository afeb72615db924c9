import { z } from 'zod';
import { type ChainedKey, KeyChain } from '../../law/key-chain.ts';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { KEY_PURPOSES, LANES, type Lane } from '../../law/values.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import { checkpointKeysAt, type KnownKey, type KnownKeys } from '../../proof/keys-file.ts';
import type { MonitorFinding } from './finding.ts';
import type { HeadKeys } from './head-keys.ts';

const place = z.number().int().nonnegative();
const chained = z.strictObject({
  keyId: z.string(),
  lane: z.enum(LANES),
  purpose: z.enum(KEY_PURPOSES),
  publicKey: z.base64(),
  principalId: z.string().nullable(),
  from: place,
  until: place.nullable(),
});
export const keysState = z.strictObject({
  chain: z.array(chained),
  /** Keys that the log began with and that were not given. */
  strangers: z.array(z.string()),
});
export type KeysState = z.infer<typeof keysState>;

/**
 * The lanes' keys: those that were given, and those that the log introduces later, each by a statement that earlier
 * keys signed. A lane's first key in the log is believed only where it was given.
 */
export class KeyJudge {
  readonly #given: KnownKeys;
  readonly #chain: KeyChain;
  readonly #strangers: Set<string>;

  constructor(given: KnownKeys, state: KeysState = { chain: [], strangers: [] }) {
    this.#given = given;
    this.#strangers = new Set(state.strangers);
    const chain = state.chain.map((key) => ({ ...key, publicKey: Buffer.from(key.publicKey, 'base64') }));
    this.#chain = new KeyChain(verifySignature, chain);
  }

  state(): KeysState {
    return {
      chain: this.#chain.all.map((key) => ({ ...key, publicKey: key.publicKey.toString('base64') })),
      strangers: [...this.#strangers],
    };
  }

  /** Takes a record about a key, and returns what is wrong with it. */
  take(record: ParsedRecord, position: number): MonitorFinding[] {
    const { verb, statements } = record;
    if (!verb.startsWith('key:')) return [];
    const before = new Set(this.#chain.all.map(({ keyId }) => keyId));
    const begun = new Set(this.#chain.all.map(lineOf));
    const fault = this.#chain.take(statements, position, record);
    if (fault !== null)
      return [
        this.#finding(
          'key-refused',
          `The ${verb} at position ${position} is not believed: ${fault}`,
          position,
        ),
      ];
    const first = this.#chain.all.filter((key) => !before.has(key.keyId) && !begun.has(lineOf(key)));
    return first
      .filter((key) => !this.#isGiven(key))
      .map(({ keyId, lane, purpose }) => {
        this.#strangers.add(keyId);
        return this.#finding(
          'key-unknown',
          `The log begins the ${purpose} keys of ${lane} with ${keyId} at position ${position}, ` +
            "and the keys given don't have it.",
          position,
        );
      });
  }

  /** The public key of this id, where it is one of the lane's that are in force at a position, of either purpose. */
  inForce(keyId: string, lane: Lane, position: number): Uint8Array | null {
    const key = this.known.keys.find((one) => one.keyId === keyId && one.lane === lane);
    if (key === undefined || position < key.from) return null;
    return key.until === null || position < key.until ? key.publicKey : null;
  }

  /** The keys that may have signed a head of a size, as the stream's judge asks for them. */
  headKeys: HeadKeys = (lane, size) =>
    checkpointKeysAt(this.known, lane, size).map(({ publicKey }) => publicKey);

  /** All keys that are believed now, with the ends that the log gives. */
  get known(): KnownKeys {
    const strange = new Set(this.#chain.all.filter((key) => this.#strangers.has(key.keyId)).map(lineOf));
    const believed = this.#chain.all.filter((key) => this.#isGiven(key) || !strange.has(lineOf(key)));
    const learned = new Map(believed.map((key) => [key.keyId, key]));
    const given = this.#given.keys.map((key) => withEnd(key, learned.get(key.keyId)));
    const more = believed.filter(({ keyId }) => !this.#given.keys.some((key) => key.keyId === keyId));
    return { ...this.#given, keys: [...given, ...more] };
  }

  #isGiven({ keyId, lane, purpose }: ChainedKey): boolean {
    return this.#given.keys.some(
      (key) => key.keyId === keyId && key.lane === lane && key.purpose === purpose,
    );
  }

  #finding(verdict: 'key-refused' | 'key-unknown', message: string, position: number): MonitorFinding {
    return { verdict, position, entryId: null, message };
  }
}

/** A lane's keys for one purpose are one line: each follows the one before. */
function lineOf({ lane, purpose }: Pick<ChainedKey, 'lane' | 'purpose'>): string {
  return `${lane} ${purpose}`;
}

/** The log may end a key that was valid when the keys were given. It never makes one valid again. */
function withEnd(key: KnownKey, learned: ChainedKey | undefined): KnownKey {
  const ends = [key.until, learned?.until ?? null].filter((end) => end !== null);
  return { ...key, until: ends.length === 0 ? null : Math.min(...ends) };
}
