/** Words and profiles that tests register. */
import { randomInt } from 'node:crypto';

/** Letters that nobody takes for others. */
const LETTERS = 'abcdefghjkpqstuxyz';

/** A word that no other one reads like. */
export function freshWord(): string {
  return Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

const TERMS = {
  whole: { kind: 'document', sectionType: 'body' },
  title: { kind: 'container', sectionType: 'title' },
  preamble: { kind: 'paragraph', sectionType: 'preamble' },
  heading: { kind: 'section', sectionType: 'section' },
  division: { kind: 'container', sectionType: 'chapter' },
  text: { kind: 'paragraph', sectionType: 'paragraph' },
  table: { kind: 'table', sectionType: 'table' },
};

/** A level with all that the format lets one leave out, as a profile is stored. */
export function wholeLevel(part: Readonly<Record<string, unknown>>) {
  return {
    label: '{code}',
    slug: null,
    holdsHeadings: false,
    isComplete: false,
    whole: false,
    chains: false,
    counts: null,
    maxIndent: null,
    afterBlank: false,
    ...part,
  };
}

/** The body of a profile: principles, numbered `NT1`, in headings; and their clauses, `(1)`, in text. */
export function profileBody(other: Readonly<Record<string, unknown>> = {}) {
  return {
    format: 'cutter-profile/2',
    description: 'Principles with a number in their headings, and clauses.',
    granularity: 'PARAGRAPH',
    frontMatter: { languages: ['yaml'], reason: 'front_matter' },
    syntax: 'lines',
    deepHeadings: false,
    titleLength: 500,
    blankReason: 'blank',
    levels: [
      wholeLevel({
        id: 'principle',
        role: 'section',
        at: ['heading'],
        match: ['(?<code>NT\\d+)(?:\\s|$)'],
        terms: { kind: 'article', sectionType: 'section' },
      }),
      wholeLevel({
        id: 'clause',
        role: 'paragraph',
        at: ['line'],
        match: ['\\((?<code>\\d+)\\)(?:\\s|$)'],
        label: '({code})',
        slug: 'c-{code}',
        terms: { kind: 'clause', sectionType: 'paragraph' },
      }),
    ],
    nesting: 'rank',
    terms: TERMS,
    text: { blocks: 'first', slug: 'text', notes: [], furniture: [], preludes: [] },
    tables: { nestedBullets: false, pipes: true, slug: 'table' },
    statuses: [],
    address: {
      template: '{docCode}/{path of slugs}',
      replacements: [],
      untitled: 'untitled',
      leadSlug: 'lead',
      preambleSlug: 'preamble',
      slugBytes: 64,
      addressBytes: 255,
      digestDigits: 16,
      equals: 'kept',
      marks: 'kept',
    },
    ...other,
  };
}
