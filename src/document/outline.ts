/**
 * Headings to stretches: every heading that holds others is a container (the heading alone), the text between it
 * and the first of them a lead of its own, every other heading a unit with its text. Together they cover the text
 * without a gap.
 */
import { frontMatterLength } from './front-matter.ts';
import type { Heading } from './headings.ts';
import { headingsOf } from './headings.ts';
import type { Profile, UnitTerms } from './profiles.ts';
import { sectionCodeOf } from './profiles.ts';
import { type Stretch, stretchOf } from './stretch.ts';

interface Open {
  readonly level: number;
  readonly index: number;
}

const ROOT = { root: true } as const;

const isBlank = (text: string): boolean => text.trim() === '';

/** Take a text apart as a profile says. */
export function outlineOf(text: string, profile: Profile): Stretch[] {
  const bodyStart = frontMatterLength(text, profile.frontMatter);
  const shift = (heading: Heading): Heading => ({
    ...heading,
    start: heading.start + bodyStart,
    end: heading.end + bodyStart,
  });
  const headings = headingsOf(text.slice(bodyStart), profile).map(shift);
  const outline = new Outline(profile);
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
  #open: Open[] = [];
  #titleAt: Heading | null | undefined;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  exclude(start: number, end: number, excludedBecause: string): void {
    this.#push({ start, end, terms: null, name: null, excludedBecause });
  }

  /** A document without headings is one unit. */
  whole(text: string, start: number): void {
    if (start === text.length) return;
    if (isBlank(text.slice(start))) this.exclude(start, text.length, this.#profile.blankReason);
    else this.#push({ start, end: text.length, terms: this.#profile.terms.whole, name: ROOT });
  }

  preamble(text: string, start: number, end: number): void {
    if (start === end) return;
    if (isBlank(text.slice(start, end))) {
      this.exclude(start, end, this.#profile.blankReason);
      return;
    }
    const { terms, address } = this.#profile;
    this.#push({ start, end, terms: terms.preamble, name: address.preambleSlug });
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
    const index = this.#push({
      start: heading.start,
      end: holds && hasText ? heading.end : until,
      terms: this.#termsOf(holds, isTitle),
      sectionCode,
      title: heading.title,
      label: sectionCode === null ? [] : [sectionCode],
      name: isTitle ? ROOT : (sectionCode ?? heading.title),
      under: parent?.index ?? null,
      parent: parent?.index ?? null,
    });
    if (!holds) return;
    this.#open.push({ level: heading.level, index });
    if (hasText) this.#lead(heading.end, until, index);
  }

  #lead(start: number, end: number, parent: number): void {
    const { terms, address } = this.#profile;
    this.#push({ start, end, terms: terms.lead, name: address.leadSlug, under: parent, parent });
  }

  #termsOf(holds: boolean, isTitle: boolean): UnitTerms {
    const { terms } = this.#profile;
    if (isTitle) return holds ? terms.titleContainer : terms.titleUnit;
    return holds ? terms.container : terms.unit;
  }

  /** A heading of the highest level is the document's title, and its address the document's. */
  #titleOf(headings: readonly Heading[]): Heading | null {
    if (this.#titleAt === undefined) {
      const { title, headingLevels } = this.#profile;
      const highest = headings.filter((heading) => heading.level === headingLevels[0]);
      const isTitled = title === 'first' ? highest[0] === headings[0] : highest.length === 1;
      this.#titleAt = isTitled ? highest[0]! : null;
    }
    return this.#titleAt;
  }

  #push(stretch: Parameters<typeof stretchOf>[0]): number {
    return this.stretches.push(stretchOf(stretch)) - 1;
  }
}
