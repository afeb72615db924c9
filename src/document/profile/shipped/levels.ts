/** What the levels of shipped profiles are made of. */
import type { DocumentProfile, Level } from '../schema.ts';

/** A level, by what it has beyond the plainest: a mark in text, cited by its code. */
export function levelOf(part: Pick<Level, 'id' | 'role' | 'match' | 'terms'> & Partial<Level>): Level {
  return {
    at: ['line'],
    label: '{code}',
    slug: null,
    holdsHeadings: false,
    isComplete: false,
    whole: false,
    chains: false,
    counts: null,
    maxIndent: null,
    afterBlank: true,
    ...part,
  };
}

/** How addresses are made of what is cited: the same for all shipped profiles. */
export const ADDRESS: DocumentProfile['address'] = {
  template: '{docCode}/{path of slugs}',
  replacements: [
    ['§§', 'p'],
    ['§', 'p'],
  ],
  untitled: 'untitled',
  leadSlug: 'lead',
  preambleSlug: 'preamble',
  slugBytes: 64,
  addressBytes: 255,
  digestDigits: 16,
  equals: 'kept',
  marks: 'kept',
};

/** What every shipped profile calls what no level describes. */
export const TERMS: DocumentProfile['terms'] = {
  whole: { kind: 'document', sectionType: 'body' },
  title: { kind: 'container', sectionType: 'title' },
  preamble: { kind: 'paragraph', sectionType: 'preamble' },
  heading: { kind: 'section', sectionType: 'section' },
  division: { kind: 'container', sectionType: 'chapter' },
  text: { kind: 'paragraph', sectionType: 'paragraph' },
  table: { kind: 'table', sectionType: 'table' },
};

export const END = '(?![\\p{L}\\p{N}])';
