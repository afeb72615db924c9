/** Markdown by its headings, and at finer granularities by its paragraphs, list items and tables. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, END, levelOf, TERMS } from './levels.ts';

const GERMAN_DIVISIONS =
  'Buch|Teil|Abschnitt|Unterabschnitt|Titel|Untertitel|Kapitel|Unterkapitel|Anlage|Anhang';
const ENGLISH_DIVISIONS = 'Book|Part|Chapter|Section|Article|Annex|Appendix|Schedule';
const NUMBERS = '\\d+(?:\\.\\d+)*[a-z]*(?:(?:\\s*(?:bis|und|to|and|,)\\s*|[-–])\\d+[a-z]*)*';

const COUNT = '(?:\\d+[a-z]*(?:\\.\\d+)*|[IVXLCDM]+[a-z]?|[A-Z])';

const heading = (id: string, match: readonly string[], part: Partial<Level> = {}): Level =>
  levelOf({
    id,
    role: 'section',
    at: ['heading'],
    match: [...match],
    isComplete: true,
    terms: { kind: 'section', sectionType: 'section' },
    ...part,
  });

const item = (id: string, match: string, label: string, slug: string | null): Level =>
  levelOf({
    id,
    role: 'item',
    match: [match],
    label,
    slug,
    afterBlank: false,
    terms: { kind: 'item', sectionType: 'list' },
  });

/** It cuts nothing between the title and the first heading behind it. */
export const HANDBOOK_1: DocumentProfile = {
  format: 'cutter-profile/2',
  name: 'handbook',
  version: '1',
  description:
    'Handbooks and policies in Markdown: headings, and below them paragraphs, list items and tables.',
  granularity: 'SECTION',
  frontMatter: { languages: ['yaml', 'toml'], reason: 'front_matter' },
  syntax: 'commonmark',
  deepHeadings: false,
  titleLength: 500,
  blankReason: 'blank',
  levels: [
    heading('article', [
      `(?:\\(X{4}\\)\\s*)?(?<code>§§?\\s*${NUMBERS})${END}`,
      `(?:\\(X{4}\\)\\s*)?(?<code>(?:Art(?:\\.|ikel|s\\.|icles?)?|Điều)\\s+${NUMBERS})${END}`,
    ]),
    heading('division', [
      `(?<code>(?:${GERMAN_DIVISIONS}|${ENGLISH_DIVISIONS})\\s+${COUNT})${END}`,
      `(?<code>\\p{Lu}\\p{Ll}+(?:er|es|e)\\s+(?:${GERMAN_DIVISIONS}))(?=\\s+[-–—]\\s|$)`,
    ]),
    heading('number', ['(?<code>\\d{1,3}(?:\\.\\d{1,4})*[a-z]?)(?=[.)]?(?:\\s|$))']),
    heading('letter', ['(?<code>[A-Z])(?=[.)](?:\\s|$))'], { counts: 'latin' }),
    heading('roman', ['(?<code>[IVXLCDM]+)(?=\\.(?:\\s|$))'], { counts: 'roman' }),
    item('number_item', '(?<code>\\d{1,9})[.)](?:\\s|$)', '{code}.', '{code}'),
    item('bullet', '[-*+](?:\\s|$)', '–', 'item'),
  ],
  nesting: 'indent',
  terms: TERMS,
  text: { blocks: 'each', slug: 'text', notes: [], furniture: [], preludes: [] },
  tables: { nestedBullets: false, pipes: true, slug: 'table' },
  statuses: [],
  address: ADDRESS,
};

export const HANDBOOK: DocumentProfile = {
  ...HANDBOOK_1,
  version: '2',
  text: { ...HANDBOOK_1.text, belowTitle: true },
};
