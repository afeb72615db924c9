/**
 * Addresses for the stretches of one text: each is made of that of the stretch it is under and of its own name. The
 * engine that takes texts apart knows nothing of addresses.
 */
import { createHash } from 'node:crypto';
import { digestOf } from '../../proof/digest.ts';
import { slugOf } from '../address.ts';
import { contentHash } from '../canonicalize.ts';
import type { AddressRules } from '../profiles.ts';
import type { Stretch } from '../stretch.ts';
import { type Base, trimmedText } from './base.ts';
import { keptAddresses } from './keep.ts';

export interface AddressGround {
  readonly docCode: string;
  readonly rules: AddressRules;
  readonly base: Base;
  /** The text that the stretches are of. */
  readonly text: string;
}

/** The address of each stretch, in order; null for excluded ones. A stretch comes after the one it is under. */
export function assignAddresses(stretches: readonly Stretch[], ground: AddressGround): (string | null)[] {
  const { docCode, rules, base, text } = ground;
  if (rules.equals !== 'kept') return countedAddresses(stretches, docCode, rules);
  const textOf = (at: number) => text.slice(stretches[at]!.start, stretches[at]!.end);
  return keptAddresses(stretches, {
    docCode,
    rules,
    base: base.units,
    trimmedDigestOf: rememberDigests((at) => digestOf(trimmedText(textOf(at)))),
    contentHashOf: rememberDigests((at) => contentHash(textOf(at))),
  });
}

function rememberDigests(digestAt: (at: number) => string): (at: number) => string {
  const known = new Map<number, string>();
  return (at) => {
    const digest = known.get(at) ?? digestAt(at);
    known.set(at, digest);
    return digest;
  };
}

/** By the older rules: equals are counted as they come, so what stands before others renames them. */
function countedAddresses(
  stretches: readonly Stretch[],
  docCode: string,
  rules: AddressRules,
): (string | null)[] {
  const book = new AddressBook(docCode, rules);
  const places: (AddressPlace | null)[] = [];
  for (const { name, under, excludedBecause } of stretches) {
    const above = under === null ? null : places[under];
    if (excludedBecause !== null) places.push(null);
    else if (typeof name === 'object' && name !== null) places.push(book.root);
    else places.push(book.under(above ?? book.root, name === null ? null : slugOf(name, rules)));
  }
  return places.map((place) => place?.address ?? null);
}

/** A place in the tree of addresses: the path as it would be unshortened, and the address itself. */
interface AddressPlace {
  readonly path: string;
  readonly address: string;
}

/** Gives out the addresses of one document, each once: a second sibling of the same name gets `~2`, the next `~3`. */
class AddressBook {
  readonly root: AddressPlace;
  readonly #rules: AddressRules;
  readonly #uses = new Map<string, number>();

  constructor(docCode: string, rules: AddressRules) {
    this.#rules = rules;
    this.root = { path: docCode, address: docCode };
  }

  /** The place of a part below `parent`; a part that has no name of its own gets that of the untitled ones. */
  under(parent: AddressPlace, slug: string | null): AddressPlace {
    const base = `${parent.path}/${slug ?? this.#rules.untitled}`;
    const use = (this.#uses.get(base) ?? 0) + 1;
    this.#uses.set(base, use);
    const path = use === 1 ? base : `${base}~${use}`;
    return { path, address: this.#bounded(path) };
  }

  /**
   * A path that is too long keeps the document code and its last part. A digest of the whole path replaces the
   * rest.
   */
  #bounded(path: string): string {
    if (Buffer.byteLength(path) <= this.#rules.addressBytes) return path;
    const digest = createHash('sha256').update(path).digest('hex').slice(0, this.#rules.digestDigits);
    return `${this.root.path}/~${digest}/${path.slice(path.lastIndexOf('/') + 1)}`;
  }
}
