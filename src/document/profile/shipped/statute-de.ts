/** German statutes and ordinances, as they are published in Markdown or as plain text. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, END, levelOf, TERMS } from './levels.ts';

const NUMBER = '\\d+(?:\\.\\d+)*[a-z]{0,3}';
/** "3", "12a", "1.01", "3 bis 6", "114 und 115". */
const NUMBERS = `${NUMBER}(?:(?:\\s*(?:bis|und|,)\\s*|\\s*[-–]\\s*)(?:§\\s*)?${NUMBER})*`;
const COUNT = '(?:\\d+[a-z]?|[IVXLC]+[a-z]?|[A-Z])';
const ORDINAL = '(?:\\p{Lu}\\p{Ll}+(?:er|es|e|r)|\\d+\\.|[IVXLC]+\\.)';

const division = (id: string, names: string, sectionType: string): Level =>
  levelOf({
    id,
    role: 'division',
    at: ['heading', 'bold'],
    match: [`(?<code>(?:${names})\\s+${COUNT})${END}`, `(?<code>${ORDINAL}\\s+(?:${names}))${END}`],
    label: null,
    terms: { kind: 'container', sectionType },
  });

const section = (id: string, match: string[], part: Partial<Level> = {}): Level =>
  levelOf({
    id,
    role: 'section',
    at: ['heading'],
    match,
    terms: { kind: 'article', sectionType: 'section' },
    ...part,
  });

const item = (id: string, match: string, label: string): Level =>
  levelOf({
    id,
    role: 'item',
    at: ['line', 'bold'],
    match: [match],
    label,
    terms: { kind: 'item', sectionType: 'list' },
  });

export const STATUTE_DE: DocumentProfile = {
  format: 'cutter-profile/2',
  name: 'statute-de',
  version: '1',
  description:
    'German statutes and ordinances: divisions, §§ and articles, paragraphs, list items, tables, annexes.',
  granularity: 'ITEM',
  frontMatter: { languages: ['yaml', 'toml'], reason: 'front_matter' },
  syntax: 'lines',
  deepHeadings: true,
  titleLength: 500,
  blankReason: 'blank',
  levels: [
    division('book', 'Buch', 'book'),
    division('part', 'Teil', 'part'),
    division('chapter', 'Kapitel|Hauptstück', 'chapter'),
    division('division', 'Abschnitt', 'chapter'),
    division('subdivision', 'Unterabschnitt|Unterkapitel', 'chapter'),
    division('title', 'Titel', 'chapter'),
    division('subtitle', 'Untertitel', 'chapter'),
    section(
      'annex',
      [`(?<code>(?:Anlage|Anhang|Muster|Anlagen)(?:\\s+${COUNT}(?:\\s+(?:bis|und)\\s+${COUNT})?)?)${END}`],
      { holdsHeadings: true, terms: { kind: 'section', sectionType: 'annex' } },
    ),
    section('contents', ['(?<code>Inhaltsübersicht|Inhaltsverzeichnis)'], {
      whole: true,
      terms: { kind: 'section', sectionType: 'index' },
    }),
    section('formula', ['(?<code>Eingangsformel|Schlu(?:ß|ss)formel|Präambel)']),
    section('range', [`(?<code>\\(X{4}\\)\\s*(?:§§?|Art(?:ikel|\\.)?)\\s*${NUMBERS})${END}`]),
    section('section', [`§§?\\s*(?<code>${NUMBERS})${END}`], { label: '§ {code}', slug: 'p-{code}' }),
    section('roman', ['(?<code>[IVXLC]+)\\.(?=\\s|$)'], { label: '{code}.' }),
    section('article', [`Art(?:ikel|\\.)?\\s+(?<code>${NUMBERS}|[IVXLC]+)${END}`], {
      label: 'Art. {code}',
      slug: 'art-{code}',
    }),
    levelOf({
      id: 'paragraph',
      role: 'paragraph',
      match: ['\\((?<code>\\d+[a-z]{0,3})\\)(?=\\s|$)'],
      label: 'Abs. {code}',
      slug: 'abs-{code}',
      maxIndent: 3,
      terms: { kind: 'paragraph', sectionType: 'paragraph' },
    }),
    item('bold_number', '(?<code>\\d+(?:\\.\\d+)*)\\.?\\*\\*', '{code}'),
    item('decimal', '(?<code>\\d+(?:\\.\\d+)+)\\.?\\s', '{code}'),
    item('number', '(?<code>\\d+[a-z]{0,3})\\.(?:\\s|$)', '{code}.'),
    item('letter', '(?<code>[a-z])\\)(?:\\s|$)', '{code})'),
    item('letters', '(?<code>([a-z])\\2{1,3})\\)(?:\\s|$)', '{code})'),
    item('roman_item', '(?<code>[IVXLC]+)[.)]\\s', '{code}.'),
    item('upper', '(?<code>[A-Z])\\.\\s', '{code}.'),
    item('number_paren', '(?<code>\\d+[a-z]?)\\)\\s', '{code})'),
    item('number_dash', '(?<code>\\d+)\\s+[–-]\\s', '{code} –'),
    { ...item('dash', '(?:[-–—•]|\\*(?!\\*))(?:\\s|$)', '–'), slug: 'dash' },
  ],
  nesting: 'indent',
  terms: TERMS,
  text: {
    blocks: 'first',
    slug: 'text',
    notes: ['\\(Fundstelle(?!\\s+des)', '!\\[', '[.\\s]+$'],
    furniture: [],
    preludes: ['\\(zu §'],
  },
  tables: { nestedBullets: true, pipes: true, slug: 'table' },
  statuses: [
    { match: '[(\\[]?(?:weggefallen|aufgehoben)[)\\]]?\\s*$', sectionType: 'repealed', setAside: false },
  ],
  address: ADDRESS,
};
