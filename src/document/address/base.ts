/**
 * The base of a plan: what the ledger has of the document before the cut. Addresses that last are given against it, so
 * the header of a manifest binds it by its digest.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../proof/canonical.ts';
import type { Digest } from '../../proof/digest.ts';

/** A unit that the document has or once had. */
export interface BaseUnit {
  readonly address: string;
  /** Digest of its current version's text without the white space at its end; null where it has none. */
  readonly trimmedDigest: string | null;
  readonly contentHash: string | null;
  readonly title: string | null;
  /** How it is cited, outermost first; null where the cut that made it didn't say. */
  readonly label: readonly string[] | null;
  readonly sectionCode: string | null;
  readonly parentAddress: string | null;
  /** Place in the newest cut that counts; null where that cut doesn't name it. */
  readonly order: number | null;
  /** Only compensated cuts made it. */
  readonly void: boolean;
}

/** The units of a document, with their digest. */
export interface Base {
  readonly units: readonly BaseUnit[];
  readonly digest: Digest;
}

/** A text without the spaces, tabs and line ends at its end: where a text stands decides how many it has. */
export function trimmedText(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Units that are hashed in one turn of the event loop. */
const PIECE = 2_000;

/** The base that is made of these units. It is hashed in pieces; `turn` is awaited between two of them. */
export async function baseOfUnits(units: readonly BaseUnit[], turn: () => Promise<unknown>): Promise<Base> {
  const hash = new BaseHash(units);
  for (hash.add(PIECE); !hash.isWhole; hash.add(PIECE)) await turn();
  return { units, digest: hash.digest() };
}

/**
 * Digest of a base: SHA-256 over the canonical JSON of its units, ordered by their addresses as RFC 8785 orders
 * members.
 */
class BaseHash {
  readonly #units: readonly BaseUnit[];
  readonly #hash = createHash('sha256');
  #at = 0;

  constructor(base: readonly BaseUnit[]) {
    this.#units = base.toSorted((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
    this.#hash.update('[');
  }

  get isWhole(): boolean {
    return this.#at === this.#units.length;
  }

  add(count: number): void {
    const until = Math.min(this.#at + count, this.#units.length);
    const units = this.#units.slice(this.#at, until).map(unitJson);
    if (units.length > 0) this.#hash.update(`${this.#at > 0 ? ',' : ''}${units.join(',')}`);
    this.#at = until;
  }

  digest(): Digest {
    return `sha256:${this.#hash.update(']').digest('hex')}`;
  }
}

const unitJson = (unit: BaseUnit): string =>
  canonicalJson({
    address: unit.address,
    contentHash: unit.contentHash,
    label: unit.label === null ? null : [...unit.label],
    order: unit.order,
    parentAddress: unit.parentAddress,
    sectionCode: unit.sectionCode,
    title: unit.title,
    trimmedDigest: unit.trimmedDigest,
    void: unit.void,
  });

/** A document that was never cut. */
export const NO_BASE: Base = { units: [], digest: new BaseHash([]).digest() };
