import type { UnitTerms } from './profiles.ts';

/**
 * What a stretch's part of its address is made of: a number or a title, null where it has neither. A root has the
 * document's own address.
 */
type AddressName = { readonly root: true } | string | null;

/** A stretch of the text, in UTF-16 units, with what the profile says about it. A later step gives its address. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly terms: UnitTerms | null;
  readonly sectionCode: string | null;
  readonly title: string | null;
  /** Citation path, outermost first, without divisions: `["§ 3", "Abs. 1"]`; empty where nobody cites it. */
  readonly label: readonly string[];
  /** What its part of the address is made of; an excluded stretch has no address. */
  readonly name: AddressName;
  /** Index of the stretch whose address its own begins with; null for the document's. It comes first. */
  readonly under: number | null;
  /** Index of the parent among the stretches. */
  readonly parent: number | null;
  readonly excludedBecause: string | null;
}

/** A stretch of which only what the others lack is named. */
export function stretchOf(
  part: Pick<Stretch, 'start' | 'end' | 'terms' | 'name'> & Partial<Stretch>,
): Stretch {
  return {
    sectionCode: null,
    title: null,
    label: [],
    under: null,
    parent: null,
    excludedBecause: null,
    ...part,
  };
}
