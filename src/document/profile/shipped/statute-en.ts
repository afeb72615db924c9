/** Statutes and regulations in English: sections with (a), (1), (A), (i), (I) below them. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, levelOf, TERMS } from './levels.ts';

const ANY: Level['at'] = ['heading', 'bold', 'line'];
const HEAD_END = '(?=\\s*(?:$|[.:\\-–—]|\\*\\*))';
const NUMBER = '\\d+[A-Za-z]{0,3}(?:[.\\-–]\\d+[A-Za-z]{0,3})*';

const division = (id: string, names: readonly string[], sectionType: string): Level => {
  const words = names.flatMap((name) => [name, name.toUpperCase()]).join('|');
  return levelOf({
    id,
    role: 'division',
    at: ANY,
    match: [`(?<code>(?:${words})\\s+(?:[IVXLC]+|\\d+[A-Za-z]{0,2}|[A-Z]{1,2}))${HEAD_END}`],
    label: null,
    afterBlank: false,
    terms: { kind: 'container', sectionType },
  });
};

const part = (id: string, role: Level['role'], code: string, counts: Level['counts']): Level =>
  levelOf({
    id,
    role,
    at: ANY,
    match: [`\\((?<code>${code})\\)(?=\\s|\\(|\\*|$)`],
    label: '({code})',
    counts,
    chains: true,
    afterBlank: false,
    terms: {
      kind: role === 'paragraph' ? 'paragraph' : 'item',
      sectionType: role === 'paragraph' ? 'subsection' : 'list',
    },
  });

export const STATUTE_EN: DocumentProfile = {
  format: 'cutter-profile/2',
  name: 'statute-en',
  version: '1',
  description: 'Statutes in English: titles, parts, chapters, sections, and (a)(1)(A)(i)(I) below them.',
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
      match: [
        `(?<code>(?:Schedule|SCHEDULE|Annex|ANNEX|Appendix|APPENDIX)(?:\\s+(?:\\d+[A-Z]?|[A-Z]|[IVXLC]+))?)${HEAD_END}`,
      ],
      afterBlank: false,
      holdsHeadings: true,
      terms: { kind: 'section', sectionType: 'annex' },
    }),
    division('title', ['Title'], 'book'),
    division('subtitle', ['Subtitle'], 'book'),
    division('part', ['Part'], 'part'),
    division('chapter', ['Chapter'], 'chapter'),
    division('subchapter', ['Subchapter'], 'chapter'),
    division('subpart', ['Subpart'], 'chapter'),
    levelOf({
      id: 'article',
      role: 'section',
      at: ANY,
      match: [`(?:Article|ARTICLE|Art\\.)\\s+(?<code>\\d+[A-Za-z]?|[IVXLC]+)${HEAD_END}`],
      label: 'Art. {code}',
      slug: 'art-{code}',
      afterBlank: false,
      terms: { kind: 'article', sectionType: 'article' },
    }),
    levelOf({
      id: 'section',
      role: 'section',
      at: ANY,
      match: [`(?:§§?|Section|SECTION|Sec\\.|SEC\\.|Rule|RULE)\\s*(?<code>${NUMBER})(?=[.:]?(?:\\s|\\*|$))`],
      label: '§ {code}',
      slug: 's-{code}',
      terms: { kind: 'article', sectionType: 'section' },
    }),
    levelOf({
      id: 'numbered',
      role: 'section',
      at: ['heading', 'bold'],
      match: [`(?<code>${NUMBER})(?=[.:]?\\s)`],
      label: '§ {code}',
      slug: 's-{code}',
      terms: { kind: 'article', sectionType: 'section' },
    }),
    part('subsection', 'item', '[a-z]{1,3}', 'latin'),
    part('paragraph', 'item', '\\d{1,3}[A-Z]?', 'arabic'),
    part('subparagraph', 'item', '[A-Z]{1,2}', 'latin'),
    part('clause', 'item', '[ivxl]{1,7}', 'roman'),
    part('subclause', 'item', '[IVXL]{1,7}', 'roman'),
  ],
  nesting: 'order',
  terms: TERMS,
  text: { blocks: 'first', slug: 'text', notes: [], furniture: [], preludes: [] },
  tables: { nestedBullets: false, pipes: true, slug: 'table' },
  statuses: [
    {
      match: '[\\[(]?\\s*(?:Repealed|REPEALED|Reserved|RESERVED|Omitted)\\b',
      sectionType: 'repealed',
      setAside: false,
    },
  ],
  address: ADDRESS,
};
