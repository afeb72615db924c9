/**
 * Addresses that last. What is cut again keeps its address: stretches are matched to the units that the document has,
 * first by their place and name, of equal ones by text and then by neighbours; then by text, wherever they stand now.
 * What is new gets a number that was never used. docs/decisions/0054 has the rules.
 */
import { createHash } from 'node:crypto';
import { slugOf } from '../address.ts';
import type { AddressRules } from '../profiles.ts';
import type { Stretch } from '../stretch.ts';
import type { BaseUnit } from './base.ts';
import { EqualGroups, type Group } from './groups.ts';
import { deceptionOf, skeletonOf } from './lookalike.ts';
import { Neighbours } from './neighbours.ts';

/** A stretch that gets an address. */
export type Addressed = Pick<
  Stretch,
  'name' | 'under' | 'parent' | 'label' | 'title' | 'sectionCode' | 'excludedBecause'
>;

export interface KeepGround {
  readonly docCode: string;
  readonly rules: AddressRules;
  readonly base: readonly BaseUnit[];
  readonly trimmedDigestOf: (stretch: number) => string;
  readonly contentHashOf: (stretch: number) => string;
}

/** The address of each stretch, in order; null for excluded ones. */
export function keptAddresses(stretches: readonly Addressed[], ground: KeepGround): (string | null)[] {
  return new Keeping(stretches, ground).run();
}

/** What an address says of a stretch, and its form for all names that look the same. */
interface Name {
  readonly slug: string;
  readonly skeleton: string;
}

/** Characters of a name that more than one stretch may have. */
const SHARED_NAME = 12;

class Keeping {
  readonly #stretches: readonly Addressed[];
  readonly #ground: KeepGround;
  readonly #groups: EqualGroups;
  readonly #neighbours: Neighbours;
  readonly #addresses: (string | null)[];
  /** Live units by what they are and say, those of no stretch yet. */
  readonly #byText = new Map<string, BaseUnit[]>();
  readonly #claimed = new Set<string>();
  readonly #names = new Map<string | null, Name>();
  /** How many stretches, and how many live units, say the same. */
  readonly #saidByStretches = new Map<string, number>();
  readonly #saidByUnits = new Map<string, number>();

  constructor(stretches: readonly Addressed[], ground: KeepGround) {
    this.#stretches = stretches;
    this.#ground = ground;
    this.#groups = new EqualGroups(ground.base);
    this.#neighbours = new Neighbours(stretches, ground);
    this.#addresses = stretches.map(() => null);
  }

  run(): (string | null)[] {
    const { base } = this.#ground;
    if (base.some(isLive)) this.#countTexts();
    const root = this.#rootOf();
    if (root !== null) this.#claim(root, this.#ground.docCode);
    const levels = this.#levels();
    if (base.length > 0) for (const level of levels) this.#matchAll(level);
    for (const level of levels) {
      if (base.length > 0) {
        this.#matchAll(level);
        this.#matchMoved(level);
      }
      for (const at of this.#open(level)) this.#claim(at, this.#groups.next(this.#groupOf(at)));
    }
    return this.#addresses;
  }

  /** Stretches by how many others they are under: an address begins with that of the stretch it is under. */
  #levels(): number[][] {
    const depths: number[] = [];
    const levels: number[][] = [];
    for (const [at, { under, excludedBecause }] of this.#stretches.entries()) {
      const depth = under === null ? 0 : depths[under]! + 1;
      depths.push(depth);
      levels[depth] ??= [];
      if (excludedBecause === null) levels[depth].push(at);
    }
    return levels.map((level) => level ?? []);
  }

  #open = (level: readonly number[]): number[] => level.filter((at) => this.#addresses[at] === null);

  #claim(at: number, address: string): void {
    this.#addresses[at] = address;
    // Only units of the base can be claimed by others, too.
    if (this.#ground.base.length > 0) this.#claimed.add(address);
  }

  #countTexts(): void {
    for (const unit of this.#ground.base) {
      if (!isLive(unit)) continue;
      const said = saidBy(unit.label ?? codeLabel(unit), unit.title, unit.trimmedDigest);
      count(this.#saidByUnits, said);
      addTo(this.#byText, said, unit);
    }
    for (const units of this.#byText.values()) units.sort((a, b) => a.order! - b.order!);
    for (const [at, { excludedBecause }] of this.#stretches.entries())
      if (excludedBecause === null) count(this.#saidByStretches, this.#saidBy(at));
  }

  #saidBy(at: number): string {
    const { label, title } = this.#stretches[at]!;
    return saidBy(label, title, this.#ground.trimmedDigestOf(at));
  }

  /**
   * Whose address is the document's own. The profile names one; but a title that was the document's stays so, though
   * another stands before it now, and a section that was none stays one.
   */
  #rootOf(): number | null {
    const { docCode, base } = this.#ground;
    const named = this.#stretches.findIndex(({ name }) => typeof name === 'object' && name !== null);
    const was = base.find((unit) => unit.address === docCode && isLive(unit));
    if (was === undefined) {
      const wasSection = named !== -1 && this.#byText.has(this.#saidBy(named));
      return named === -1 || wasSection ? null : named;
    }
    if (named !== -1 && this.#ground.trimmedDigestOf(named) === was.trimmedDigest) return named;
    const same = this.#stretches.findIndex(
      ({ title, excludedBecause }, at) =>
        excludedBecause === null &&
        title === was.title &&
        this.#ground.trimmedDigestOf(at) === was.trimmedDigest,
    );
    return same !== -1 ? same : named === -1 ? null : named;
  }

  /** Where a stretch belongs by its name: beside those that have the same name at the same place. */
  #groupOf(at: number): Group {
    const { docCode, rules } = this.#ground;
    const stretch = this.#stretches[at]!;
    const above = stretch.under === null ? docCode : this.#addresses[stretch.under]!;
    const { slug, skeleton } = this.#nameOf(stretch);
    const characters = above.length + 1 + slug.length;
    // Room for a number of seven digits. A character of a path has at most three bytes.
    if (characters * 3 + 8 <= rules.addressBytes) return this.#groups.at(above, slug, skeleton);
    const bytes = Buffer.byteLength(above) + 1 + Buffer.byteLength(slug);
    if (bytes + 8 <= rules.addressBytes) return this.#groups.at(above, slug, skeleton);
    const digest = createHash('sha256').update(above).digest('hex').slice(0, rules.digestDigits);
    return this.#groups.at(`${docCode}/~${digest}`, slug);
  }

  #nameOf({ name, title, sectionCode }: Addressed): Name {
    const text = typeof name === 'object' && name !== null ? (sectionCode ?? title) : name;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const slug = this.#slugOf(text);
    const made = { slug, skeleton: skeletonOf(slug) };
    // Items share their names, titles rarely do.
    if (text === null || text.length <= SHARED_NAME) this.#names.set(text, made);
    return made;
  }

  #slugOf(text: string | null): string {
    const { rules } = this.#ground;
    const slug = (text === null ? null : slugOf(text, rules)) ?? rules.untitled;
    // A word in which letters pass for Latin is written as it looks.
    return deceptionOf(slug) === null ? slug : skeletonOf(slug);
  }

  /** Matches by place and name those whose place is known. */
  #matchAll(level: readonly number[]): void {
    const groups = new Map<Group, number[]>();
    for (const at of this.#open(level)) {
      const { under } = this.#stretches[at]!;
      if (under !== null && this.#addresses[under] === null) continue;
      addTo(groups, this.#groupOf(at), at);
    }
    for (const [group, members] of groups) this.#matchGroup(group, members);
  }

  #matchGroup({ units }: Group, members: readonly number[]): void {
    const free = units.filter(({ address }) => !this.#claimed.has(address));
    if (free.length === 0) return;
    const live = free.filter(isLive).sort((a, b) => a.order! - b.order!);
    let open = this.#pairSame(members, live);
    open = open.filter((at) => !this.#isFromElsewhere(at));
    const gone = free.filter((unit) => !isLive(unit));
    const rest = this.#free(live).filter((unit) => !this.#isElsewhere(unit));
    if (open.length > rest.length) open = this.#pairSame(open, gone);
    for (const side of SIDES) open = this.#pair(open, this.#free(rest), ...this.#neighbours.by(side));
    open = this.#inOrder(open, this.#free(rest));
    this.#inOrder(
      open,
      this.#free(gone).filter((unit) => unit.void || unit.label?.length),
    );
  }

  /** Pairs by text, of equal texts by neighbours, then by the canonical form; gives back what stays without a unit. */
  #pairSame(members: readonly number[], units: readonly BaseUnit[]): number[] {
    const { trimmedDigestOf, contentHashOf } = this.#ground;
    const { trimmedDigest, contentHash } = DIGESTS;
    let open = [...members];
    if (open.length > 1 || units.length > 1) {
      for (const side of SIDES) {
        const [of, ofUnit] = this.#neighbours.by(side);
        const keyOf = (at: number) => joined(trimmedDigestOf(at), of(at));
        open = this.#pair(open, this.#free(units), keyOf, (unit) =>
          joined(trimmedDigest(unit), ofUnit(unit)),
        );
      }
    }
    open = this.#pair(open, this.#free(units), trimmedDigestOf, trimmedDigest);
    return this.#pair(open, this.#free(units), contentHashOf, contentHash);
  }

  /** Pairs what has the same key, in order; gives back the stretches that stay without a unit. */
  #pair(
    open: readonly number[],
    units: readonly BaseUnit[],
    keyOf: (at: number) => string | null,
    keyOfUnit: (unit: BaseUnit) => string | null,
  ): number[] {
    if (open.length === 0 || units.length === 0) return [...open];
    const byKey = new Map<string, BaseUnit[]>();
    for (const unit of units.toReversed()) {
      const key = keyOfUnit(unit);
      if (key !== null) addTo(byKey, key, unit);
    }
    return open.filter((at) => {
      const key = keyOf(at);
      const unit = key === null ? undefined : byKey.get(key)?.pop();
      if (unit !== undefined) this.#claim(at, unit.address);
      return unit === undefined;
    });
  }

  #inOrder(open: readonly number[], units: readonly BaseUnit[]): number[] {
    for (const [place, unit] of units.slice(0, open.length).entries())
      this.#claim(open[place]!, unit.address);
    return open.slice(units.length);
  }

  #free = (units: readonly BaseUnit[]): BaseUnit[] =>
    units.filter(({ address }) => !this.#claimed.has(address));

  /** Whether what a unit says stands elsewhere now: as many stretches say it as units did, and none at its place. */
  #isElsewhere(unit: BaseUnit): boolean {
    const said = saidBy(unit.label ?? codeLabel(unit), unit.title, unit.trimmedDigest);
    return (this.#saidByStretches.get(said) ?? 0) >= this.#saidByUnits.get(said)!;
  }

  /** Whether what a stretch says stood elsewhere: as many units said it as stretches do, and none at its place. */
  #isFromElsewhere(at: number): boolean {
    const said = this.#saidBy(at);
    return (this.#saidByUnits.get(said) ?? 0) >= this.#saidByStretches.get(said)!;
  }

  /** Matches by what they say those that stand elsewhere now; of what is cited, the citation is enough. */
  #matchMoved(level: readonly number[]): void {
    const open = this.#open(level);
    if (open.length === 0) return;
    for (const at of open) {
      const units = this.#byText.get(this.#saidBy(at));
      const unit = units?.find(({ address }) => !this.#claimed.has(address));
      if (unit !== undefined) this.#claim(at, unit.address);
    }
    this.#matchCited(this.#open(level));
  }

  #matchCited(open: readonly number[]): void {
    const cited = new Map<string, number[]>();
    for (const at of open) {
      const { label } = this.#stretches[at]!;
      if (label.length > 0) addTo(cited, citedAs(label, this.#nameOf(this.#stretches[at]!).slug), at);
    }
    if (cited.size === 0) return;
    const units = new Map<string, BaseUnit[]>();
    for (const unit of this.#ground.base) {
      if (!isLive(unit) || this.#claimed.has(unit.address) || this.#isElsewhere(unit)) continue;
      const label = unit.label ?? codeLabel(unit);
      if (label.length > 0) addTo(units, citedAs(label, EqualGroups.nameOf(unit.address)), unit);
    }
    for (const [key, members] of cited) {
      const same = units.get(key);
      if (members.length === 1 && same?.length === 1) this.#claim(members[0]!, same[0]!.address);
    }
  }
}

const SIDES = ['both', 'before', 'after'] as const;

const DIGESTS = {
  trimmedDigest: (unit: BaseUnit) => unit.trimmedDigest,
  contentHash: (unit: BaseUnit) => unit.contentHash,
};

const joined = (one: string | null, other: string | null): string | null =>
  one === null || other === null ? null : `${one} ${other}`;

/** In force: the newest cut that counts names it. */
const isLive = (unit: BaseUnit): boolean => !unit.void && unit.order !== null;

const codeLabel = ({ sectionCode }: BaseUnit): readonly string[] =>
  sectionCode === null ? [] : [sectionCode];

const saidBy = (label: readonly string[], title: string | null, trimmedDigest: string | null): string =>
  JSON.stringify([label, title, trimmedDigest]);

const citedAs = (label: readonly string[], slug: string): string => JSON.stringify([label, skeletonOf(slug)]);

const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
