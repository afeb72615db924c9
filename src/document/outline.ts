/**
 * Headings to stretches: every heading that holds others is a container (the heading alone), the text between it
 * and the first of them a lead of its own, every other heading a unit with its text. Together they cover the text
 * without a gap.
 */
import type { AddressPlace } from './address.ts';
import { AddressBook, slugOf } from './address.ts';
import { frontMatterLength } from './front-matter.ts';
import type { Heading } from './headings.ts';
import { headingsOf } from './headings.ts';
import type { Profile, UnitTerms } from './profiles.ts';
import { sectionCodeOf } from './profiles.ts';

/** A stretch of the text, in UTF-16 units, with what the profile says about it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly terms: UnitTerms | null;
  readonly sectionCode: string | null;
  readonly title: string | null;
  readonly address: string | null;
  /** Index of the parent among the stretches. */
  readonly parent: number | null;
  readonly excludedBecause: string | null;
}

interface Open {
  readonly level: number;
  readonly index: number;
  readonly place: AddressPlace;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** Take a text apart as a profile says. */
export function outlineOf(text: string, docCode: string, profile: Profile): Stretch[] {
  const bodyStart = frontMatterLength(text, profile.frontMatter);
  const shift = (heading: Heading): Heading => ({
    ...heading,
    start: heading.start + bodyStart,
    end: heading.end + bodyStart,
  });
  const headings = headingsOf(text.slice(bodyStart), profile).map(shift);
  const outline = new Outline(docCode, profile);
  if (bodyStart > 0) outline.exclude(0, bodyStart, profile.frontMatter!.reason);
  if (headings.length === 0) outline.whole(text, bodyStart);
  else {
    outline.preamble(text, bodyStart, headings[0]!.start);
    for (const i of headings.keys()) outline.heading(text, headings, i);
  }
  return outline.stretches;
}

class Outline {
  readonly stretches: Stretch[] = [];
  readonly #profile: Profile;
  readonly #book: AddressBook;
  #open: Open[] = [];
  #titleAt: Heading | null | undefined;

  constructor(docCode: string, profile: Profile) {
    this.#profile = profile;
    this.#book = new AddressBook(docCode, profile.address);
  }

  exclude(start: number, end: number, excludedBecause: string): void {
    this.#push({ start, end, terms: null, address: null, excludedBecause });
  }

  /** A document without headings is one unit. */
  whole(text: string, start: number): void {
    if (start === text.length) return;
    if (isBlank(text.slice(start))) this.exclude(start, text.length, this.#profile.blankReason);
    else
      this.#push({
        start,
        end: text.length,
        terms: this.#profile.terms.whole,
        address: this.#book.root.address,
      });
  }

  preamble(text: string, start: number, end: number): void {
    if (start === end) return;
    if (isBlank(text.slice(start, end))) {
      this.exclude(start, end, this.#profile.blankReason);
      return;
    }
    const { address } = this.#book.under(this.#book.root, this.#profile.address.preambleSlug);
    this.#push({ start, end, terms: this.#profile.terms.preamble, address });
  }

  heading(text: string, headings: readonly Heading[], i: number): void {
    const heading = headings[i]!;
    const next = headings[i + 1];
    const until = next?.start ?? text.length;
    while (this.#open.length > 0 && this.#open.at(-1)!.level >= heading.level) this.#open.pop();
    const parent = this.#open.at(-1);
    const holds = next !== undefined && next.level > heading.level;
    const hasText = !isBlank(text.slice(heading.end, until));
    const isTitle = heading === this.#titleOf(headings);
    const sectionCode = heading.title === null ? null : sectionCodeOf(heading.title, this.#profile);
    const name = sectionCode ?? heading.title;
    const slug = name === null ? null : slugOf(name, this.#profile.address);
    const place = isTitle ? this.#book.root : this.#book.under(parent?.place ?? this.#book.root, slug);
    const index = this.#push({
      start: heading.start,
      end: holds && hasText ? heading.end : until,
      terms: this.#termsOf(holds, isTitle),
      sectionCode,
      title: heading.title,
      address: place.address,
      parent: parent?.index ?? null,
    });
    if (!holds) return;
    this.#open.push({ level: heading.level, index, place });
    if (hasText) this.#lead(heading.end, until, index, place);
  }

  #lead(start: number, end: number, parent: number, place: AddressPlace): void {
    const { address } = this.#book.under(place, this.#profile.address.leadSlug);
    this.#push({ start, end, terms: this.#profile.terms.lead, address, parent });
  }

  #termsOf(holds: boolean, isTitle: boolean): UnitTerms {
    const { terms } = this.#profile;
    if (isTitle) return holds ? terms.titleContainer : terms.titleUnit;
    return holds ? terms.container : terms.unit;
  }

  /** The one heading of the highest level is the document's title, and its address the document's. */
  #titleOf(headings: readonly Heading[]): Heading | null {
    if (this.#titleAt === undefined) {
      const highest = headings.filter((heading) => heading.level === this.#profile.headingLevels[0]);
      this.#titleAt = highest.length === 1 ? highest[0]! : null;
    }
    return this.#titleAt;
  }

  #push(stretch: Pick<Stretch, 'start' | 'end' | 'terms' | 'address'> & Partial<Stretch>): number {
    const rest = { sectionCode: null, title: null, parent: null, excludedBecause: null };
    return this.stretches.push({ ...rest, ...stretch }) - 1;
  }
}
