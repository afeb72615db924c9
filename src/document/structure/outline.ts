/**
 * Takes a text apart as a profile of format 2 says: the marks that the granularity asks for become stretches, each
 * from its mark to the next. Together they cover the text without a gap.
 */
import type { PatternEngine } from '../profile/pattern.ts';
import type { DocumentProfile, Granularity } from '../profile/schema.ts';
import type { UnitTerms } from '../profiles.ts';
import { type Stretch, stretchOf } from '../stretch.ts';
import { type CompiledProfile, compileProfile } from './compile.ts';
import { matterLength } from './matter.ts';
import { type Doubt, scanText, type TreeNode } from './scan.ts';
import { titleOf } from './title.ts';

const ROOT = { root: true } as const;
/** Characters of a unit that say what became of it. */
const STATUS_REACH = 256;

/** The stretches of a text, and the marks that can be read in two ways. */
export interface Structure {
  readonly stretches: readonly Stretch[];
  readonly doubts: readonly Doubt[];
}

export function structureOf(
  text: string,
  {
    profile,
    granularity,
    engine,
  }: { profile: DocumentProfile; granularity: Granularity; engine: PatternEngine },
): Structure {
  const outline = new Outline(text, compileProfile(profile, engine), granularity);
  const doubts = outline.run();
  return { stretches: outline.stretches, doubts };
}

class Outline {
  readonly stretches: Stretch[] = [];
  readonly #text: string;
  readonly #compiled: CompiledProfile;
  readonly #granularity: Granularity;
  #nodes: readonly TreeNode[] = [];
  /** The stretch of each node, or of the nearest one around it that is kept; null at the top. */
  readonly #places: (number | null)[] = [];

  constructor(text: string, compiled: CompiledProfile, granularity: Granularity) {
    this.#text = text;
    this.#compiled = compiled;
    this.#granularity = granularity;
  }

  run(): readonly Doubt[] {
    const { profile } = this.#compiled;
    const from = matterLength(this.#text, profile.frontMatter);
    const { nodes, doubts } = scanText(this.#text, from, this.#compiled);
    this.#nodes = nodes;
    if (from > 0) this.#exclude(0, from, profile.frontMatter!.reason);
    const isTitleText = profile.text.belowTitle !== true;
    const body = nodes.findIndex(
      (node) => finenessOf(node) === 'SECTION' && !(isTitleText && node.kind === 'title'),
    );
    // Elsewhere, lists above the first heading of a document that has some belong to its title.
    const kept = nodes.map(
      (node, at) => (at > body || finenessOf(node) === 'SECTION') && this.#isWanted(node),
    );
    // Of two at one place the inner one is kept.
    for (let at = nodes.length - 1, next = -1; at >= 0; at--) {
      if (kept[at] && nodes[at]!.start === next) kept[at] = false;
      else if (kept[at]) next = nodes[at]!.start;
    }
    const starts: number[] = [];
    const holding = new Set<number>();
    for (const [at, node] of nodes.entries()) {
      if (kept[at]) starts.push(node.start);
      if (node.parent !== null && finenessOf(node) === 'SECTION') holding.add(node.parent);
    }
    this.#before(from, starts[0] ?? this.#text.length, starts.length === 0);
    let next = 0;
    for (const [at, node] of nodes.entries()) {
      const around = node.parent === null ? null : this.#places[node.parent]!;
      if (!kept[at]) this.#places.push(around);
      else this.#places.push(this.#keep(node, starts[++next] ?? this.#text.length, around, holding.has(at)));
    }
    // Sections are no letters in brackets, so a doubt about those changes nothing.
    return this.#granularity === 'SECTION' ? [] : doubts;
  }

  /** Whether the granularity asks for a node. */
  #isWanted(node: TreeNode): boolean {
    const fine = this.#finenessOf(node);
    return fine === 'SECTION' || this.#granularity === 'ITEM' || fine === this.#granularity;
  }

  /** Where levels nest in the order that they come in, the first below a section are its paragraphs. */
  #finenessOf(node: TreeNode): Granularity {
    const fine = finenessOf(node);
    if (fine !== 'ITEM' || node.level === null || this.#compiled.profile.nesting !== 'order') return fine;
    const around = node.parent === null ? null : this.#nodes[node.parent]!;
    return around === null || finenessOf(around) === 'SECTION' ? 'PARAGRAPH' : 'ITEM';
  }

  #exclude(start: number, end: number, excludedBecause: string): void {
    this.#push({ start, end, terms: null, name: null, excludedBecause });
  }

  /** What stands before the first mark; without any mark the whole text. */
  #before(start: number, end: number, isAll: boolean): void {
    if (start === end) return;
    const { terms, address, blankReason } = this.#compiled.profile;
    if (this.#text.slice(start, end).trim() === '') this.#exclude(start, end, blankReason);
    else if (isAll) this.#push({ start, end, terms: terms.whole, name: ROOT });
    else this.#push({ start, end, terms: terms.preamble, name: address.preambleSlug });
  }

  /** @param holds whether sections lie in it: then it is a division, but for an annex */
  #keep(node: TreeNode, end: number, parent: number | null, holds: boolean): number | null {
    const { profile } = this.#compiled;
    const aside = this.#asideOf(node);
    if (aside !== null) {
      this.#setAside(node.start, node.rowEnd ?? end, end, aside, parent);
      return parent;
    }
    const title = node.words === null ? null : titleOf(node.words, profile.titleLength);
    const isDivision =
      node.level?.role === 'division' ||
      node.kind === 'title' ||
      (holds && !node.level?.holdsHeadings && !node.level?.isComplete);
    const own = isDivision ? null : labelOf(node, title);
    const above = parent === null || node.level?.isComplete ? [] : this.stretches[parent]!.label;
    return this.#push({
      start: node.start,
      end,
      terms: this.#termsOf(node, end, title, isDivision),
      sectionCode: own ?? (node.level === null ? null : node.code),
      title,
      label: isDivision ? [] : [...above, ...(own === null ? [] : [own])],
      name: node.kind === 'title' ? ROOT : this.#nameOf(node, own, title),
      under: this.#underOf(node, parent),
      parent,
    });
  }

  /**
   * Addresses follow citations: sections are numbered through the whole document, so theirs leave the divisions out;
   * an item below a text without a number is cited as the section's.
   */
  #underOf(node: TreeNode, parent: number | null): number | null {
    if (parent === null) return null;
    const around = this.stretches[parent]!;
    if (node.level?.isComplete) return null;
    if (node.level?.role === 'section') return around.label.length > 0 ? parent : null;
    return this.#finenessOf(node) === 'ITEM' && this.#isText(parent) ? around.under : parent;
  }

  #isText(place: number): boolean {
    return this.stretches[place]!.name === this.#compiled.profile.text.slug;
  }

  #nameOf(node: TreeNode, own: string | null, title: string | null): string | null {
    const { text, tables } = this.#compiled.profile;
    if (node.kind === 'text') return text.slug;
    if (node.kind === 'table') return tables.slug;
    const slug = node.level?.slug ?? null;
    if (slug !== null) return filled(slug, node.code);
    return own ?? node.code ?? title;
  }

  #termsOf(node: TreeNode, end: number, title: string | null, isDivision: boolean): UnitTerms {
    const { terms } = this.#compiled.profile;
    const { heading, division, text, table } = terms;
    const byKind = {
      title: terms.title,
      heading: isDivision ? division : heading,
      text,
      table,
      level: heading,
    };
    const plain =
      (isDivision && node.level?.role === 'section' ? division : node.level?.terms) ?? byKind[node.kind];
    const status = this.#statusOf(node, end, title);
    return status === null ? plain : { kind: plain.kind, sectionType: status };
  }

  /** A row alone is set aside: words behind its table are text of what the table lies in. */
  #setAside(start: number, rowEnd: number, end: number, reason: string, parent: number | null): void {
    const isAll = this.#text.slice(rowEnd, end).trim() === '';
    this.#exclude(start, isAll ? end : rowEnd, reason);
    if (isAll) return;
    const { terms, text } = this.#compiled.profile;
    const label = parent === null ? [] : this.stretches[parent]!.label;
    this.#push({ start: rowEnd, end, terms: terms.text, name: text.slug, label, under: parent, parent });
  }

  /** Why a row of a table is set aside: the words of its status. */
  #asideOf({ rowEnd, start }: TreeNode): string | null {
    if (rowEnd === null) return null;
    for (const cell of this.#text.slice(start, rowEnd).split('|')) {
      const words = cell.replace(/[*_`]/g, '').trim();
      const status = this.#compiled.statuses.find(
        ({ setAside, pattern }) => setAside && pattern.exec(words) !== null,
      );
      if (status !== undefined) return words.slice(0, STATUS_REACH);
    }
    return null;
  }

  /** What became of it, where its first words say so: "(weggefallen)". */
  #statusOf(node: TreeNode, end: number, title: string | null): string | null {
    const { statuses } = this.#compiled;
    if (statuses.length === 0 || node.kind === 'table') return null;
    const source = title ?? this.#text.slice(node.start, Math.min(end, node.start + STATUS_REACH)).trim();
    const words = source.slice(node.mark).trim();
    return statuses.find(({ pattern }) => pattern.exec(words) !== null)?.sectionType ?? null;
  }

  #push(stretch: Parameters<typeof stretchOf>[0]): number {
    return this.stretches.push(stretchOf(stretch)) - 1;
  }
}

function finenessOf({ kind, level }: TreeNode): Granularity {
  if (level === null) return kind === 'text' ? 'PARAGRAPH' : kind === 'table' ? 'ITEM' : 'SECTION';
  if (level.role === 'paragraph') return 'PARAGRAPH';
  return level.role === 'item' ? 'ITEM' : 'SECTION';
}

/** How a mark is cited; null where nobody cites it. */
function labelOf({ kind, level, code }: TreeNode, title: string | null): string | null {
  if (kind === 'heading') return title;
  if (level === null || level.role === 'division') return null;
  return level.label === null ? (code ?? title) : filled(level.label, code);
}

/** A template without a place for a code is the same for every mark. */
const filled = (template: string, code: string | null): string =>
  code === null ? template : template.replace('{code}', code);
