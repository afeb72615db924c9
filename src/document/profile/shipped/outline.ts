/** Numbered outlines: RFCs, ISO and similar standards, handbooks with numbered headings. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, levelOf, TERMS } from './levels.ts';

/** A heading in plain text: its number, and words that no leader dots and no page number follow. */
const wordsBefore = (page: string): string => `\\.?[ \\t]+(?=\\S)(?!.*(?:\\.\\s?){4})(?!.*${page}\\d+$)`;

const numbered = (depth: number, words: string): Level =>
  levelOf({
    id: `level_${depth}`,
    role: 'section',
    at: ['heading', 'bold', 'line'],
    match: [
      `(?<code>(?:\\d{1,3}|[A-Z])${'\\.\\d{1,3}'.repeat(depth - 1)})${depth === 1 ? '\\.(?=\\s)' : ''}${words}`,
    ],
    slug: 's-{code}',
    isComplete: true,
    maxIndent: 0,
    terms: { kind: 'section', sectionType: depth === 1 ? 'section' : 'subsection' },
  });

const item = (id: string, match: string, label: string, counts: Level['counts'] = null): Level =>
  levelOf({
    id,
    role: 'item',
    match: [match],
    label,
    counts,
    afterBlank: false,
    terms: { kind: 'item', sectionType: 'list' },
  });

/** The first depth without a dot behind its number ("1 Introduction"): a short line that is no sentence. */
const bareNumber = (words: string): Level => ({
  ...numbered(1, words),
  id: 'bare_number',
  match: [`(?<code>\\d{1,2})(?=[ \\t]+\\p{Lu})(?=.{1,60}$)(?!.*[.,;:]$)${words}`],
});

const outlineOf = (version: string, page: string, bare: readonly Level[]): DocumentProfile => ({
  format: 'cutter-profile/2',
  name: 'outline',
  version,
  description:
    'Standards with numbered sections, such as RFCs and ISO standards: 1., 1.2, A.1, and the lists in them.',
  granularity: 'SECTION',
  frontMatter: { languages: ['yaml', 'toml'], reason: 'front_matter' },
  syntax: 'lines',
  deepHeadings: true,
  titleLength: 500,
  blankReason: 'blank',
  levels: [
    levelOf({
      id: 'annex',
      role: 'section',
      at: ['heading', 'bold', 'line'],
      match: [
        `(?:Appendix|APPENDIX|Annex|ANNEX)\\s+(?<code>[A-Z]|\\d+)(?:[.:]|$|\\s[-–—])(?!.*(?:\\.\\s?){4})`,
      ],
      label: '{code}',
      slug: 's-{code}',
      isComplete: true,
      maxIndent: 0,
      terms: { kind: 'section', sectionType: 'annex' },
    }),
    ...bare,
    ...[1, 2, 3, 4, 5, 6].map((depth) => numbered(depth, wordsBefore(page))),
    item('number', '(?<code>\\d{1,3})[.)]\\s', '{code}.'),
    item('bracket', '\\((?<code>\\d{1,3}|[a-z]|[ivx]{1,5})\\)\\s', '({code})'),
    item('letter', '(?<code>[a-z])[.)]\\s', '{code})'),
    { ...item('dash', '(?:[-–—•*]|o)\\s', '–'), slug: 'dash' },
  ],
  nesting: 'indent',
  terms: TERMS,
  text: {
    blocks: 'each',
    slug: 'text',
    notes: ['.*(?:\\. ?){4}'],
    furniture: ['.*\\[Page \\d+\\]$', 'RFC \\d+ .* \\d{4}$'],
    preludes: [],
  },
  tables: { nestedBullets: false, pipes: true, slug: 'table' },
  statuses: [],
  address: ADDRESS,
});

/** Its look for a page number takes steps by the square of a line's blanks. */
export const OUTLINE_1 = outlineOf('1', '\\s{2,}', []);

export const OUTLINE = outlineOf('2', '\\s\\s', [bareNumber(wordsBefore('\\s\\s'))]);
