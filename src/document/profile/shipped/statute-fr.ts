/** French codes and laws: Livre, Titre, Chapitre, Section, articles with their numbers, 1° and a) below them. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, levelOf, TERMS } from './levels.ts';

const ANY: Level['at'] = ['heading', 'bold', 'line'];
const HEAD_END = '(?=\\s*(?:$|[.:\\-–—]|\\*\\*))';
const COUNT =
  '(?:[IVXLC]+(?:er)?(?:\\s+(?:bis|ter|quater))?|\\d+(?:er)?|[Pp]remier|PREMIER|' +
  '[Pp]réliminaire|PRÉLIMINAIRE|unique|[A-Z])';
const articleBehind = (letter: string): string =>
  `(?<code>(?:${letter})?\\d+(?:er)?(?:-\\d+)*` +
  '(?:\\s+(?:bis|ter|quater|quinquies|[A-Z]))?|1er|[Pp]remier|[Uu]nique)';

const division = (id: string, names: readonly string[], sectionType: string): Level => {
  const words = names.flatMap((name) => [name, name.toUpperCase()]).join('|');
  return levelOf({
    id,
    role: 'division',
    at: ANY,
    match: [`(?<code>(?:${words})\\s+${COUNT})${HEAD_END}`],
    label: null,
    afterBlank: false,
    terms: { kind: 'container', sectionType },
  });
};

const item = (id: string, match: string, label: string, counts: Level['counts']): Level =>
  levelOf({
    id,
    role: 'item',
    at: ['line', 'bold'],
    match: [match],
    label,
    counts,
    afterBlank: false,
    terms: { kind: 'item', sectionType: 'list' },
  });

const statuteOf = (version: string, letter: string): DocumentProfile => ({
  format: 'cutter-profile/2',
  name: 'statute-fr',
  version,
  description:
    'French codes and laws: livres, titres, chapitres, sections, articles, I. and II., 1° and a) below them.',
  granularity: 'ITEM',
  frontMatter: { languages: ['yaml', 'toml'], reason: 'front_matter' },
  syntax: 'lines',
  deepHeadings: true,
  titleLength: 500,
  blankReason: 'blank',
  levels: [
    levelOf({
      id: 'annex',
      role: 'section',
      at: ANY,
      match: [`(?<code>(?:Annexe|ANNEXE)(?:\\s+(?:\\d+|[IVXLC]+|[A-Z]))?)${HEAD_END}`],
      afterBlank: false,
      holdsHeadings: true,
      terms: { kind: 'section', sectionType: 'annex' },
    }),
    division('part', ['Partie'], 'part'),
    division('book', ['Livre'], 'book'),
    division('title', ['Titre', 'Sous-titre'], 'part'),
    division('chapter', ['Chapitre', 'Sous-chapitre'], 'chapter'),
    division('section', ['Section'], 'section'),
    division('subsection', ['Sous-section'], 'subsection'),
    division('paragraph_division', ['Paragraphe', 'Sous-paragraphe'], 'subsection'),
    levelOf({
      id: 'article',
      role: 'section',
      at: ANY,
      match: [
        `(?:Article|ARTICLE|Art\\.)\\s+${articleBehind(letter)}(?=\\s*(?:$|[.:\\-–—(]|\\*\\*|\\s\\p{Lu}))`,
      ],
      label: 'Article {code}',
      slug: 'art-{code}',
      afterBlank: false,
      terms: { kind: 'article', sectionType: 'article' },
    }),
    levelOf({
      id: 'paragraph',
      role: 'paragraph',
      at: ['line', 'bold'],
      match: ['(?<code>[IVXLC]{1,7}(?:\\s+(?:bis|ter|quater))?)\\s*(?:\\.|-|–|—)\\s*(?:-|–|—)?\\s'],
      label: '{code}',
      slug: null,
      counts: 'roman',
      afterBlank: false,
      terms: { kind: 'paragraph', sectionType: 'paragraph' },
    }),
    item('number', '(?<code>\\d{1,3})\\s*°(?:\\s*(?:bis|ter))?\\s*(?:[-–—]\\s*)?', '{code}°', 'arabic'),
    item('letter', '(?<code>[a-z]{1,2})\\s*\\)\\s', '{code})', 'latin'),
    { ...item('dash', '[-–—]\\s', '–', null), slug: 'dash' },
  ],
  nesting: 'rank',
  terms: TERMS,
  text: { blocks: 'each', slug: 'text', notes: [], furniture: [], preludes: [] },
  tables: { nestedBullets: false, pipes: true, slug: 'table' },
  statuses: [{ match: '[(\\[]?(?:abrogé|Abrogé|ABROGÉ)e?s?\\b', sectionType: 'repealed', setAside: false }],
  address: ADDRESS,
});

/** Its look for the letter of an article takes steps by the square of a line's blanks. */
export const STATUTE_FR_1 = statuteOf('1', '[LRDA]\\.?\\s*\\*{0,2}\\s*');

export const STATUTE_FR = statuteOf('2', '[LRDA]\\.?\\s*(?:\\*{1,2}\\s*)?');
