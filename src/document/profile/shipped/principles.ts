/**
 * Principles and constitutions of organisations: NT1, KT-A, §5.7, §5.A, Điều 43, as headings, lines or the rows of a
 * table. A row that says that it was repealed is set aside.
 */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, END, levelOf, TERMS } from './levels.ts';

const EVERYWHERE: Level['at'] = ['heading', 'bold', 'line', 'row'];

const ENDED = [
  '(?:đã\\s+)?bãi bỏ|Bãi bỏ|BÃI BỎ|hết hiệu lực|Hết hiệu lực|thay thế',
  'Repealed|repealed|REPEALED|withdrawn|Withdrawn',
  'aufgehoben|weggefallen',
].join('|');

const principle = (id: string, match: string, label: string, slug: string | null, kind: string): Level =>
  levelOf({
    id,
    role: 'section',
    at: EVERYWHERE,
    match: [match],
    label,
    slug,
    afterBlank: false,
    isComplete: true,
    terms: { kind, sectionType: 'article' },
  });

export const PRINCIPLES: DocumentProfile = {
  format: 'cutter-profile/2',
  name: 'principles',
  version: '1',
  description: 'Principles with their own codes (NT1, KT-A, §5.7, Điều 43), also as the rows of a table.',
  granularity: 'SECTION',
  frontMatter: { languages: ['yaml', 'toml'], reason: 'front_matter' },
  syntax: 'lines',
  deepHeadings: false,
  titleLength: 500,
  blankReason: 'blank',
  levels: [
    principle(
      'article',
      `(?:Điều|ĐIỀU)\\s+(?<code>\\d+[a-zđ]{0,2})${END}`,
      'Điều {code}',
      'dieu-{code}',
      'article',
    ),
    principle('section', `§\\s*(?<code>\\d+(?:\\.(?:\\d+|[A-Z]))*)${END}`, '§{code}', 's-{code}', 'section'),
    principle(
      'code',
      `(?<code>[A-ZĐ]{2,5}(?:-[A-ZĐ\\d]{1,3}|\\d{1,3}(?:\\.\\d{1,3})?))${END}`,
      '{code}',
      null,
      'article',
    ),
    levelOf({
      id: 'clause',
      role: 'paragraph',
      match: ['(?<code>\\d{1,3})\\.\\s'],
      label: '{code}.',
      slug: '{code}',
      counts: 'arabic',
      afterBlank: false,
      terms: { kind: 'clause', sectionType: 'paragraph' },
    }),
    levelOf({
      id: 'point',
      role: 'item',
      match: ['(?<code>[a-zđ])\\)\\s'],
      label: '{code})',
      counts: 'vietnamese',
      afterBlank: false,
      terms: { kind: 'item', sectionType: 'list' },
    }),
  ],
  nesting: 'rank',
  terms: TERMS,
  text: { blocks: 'none', slug: 'text', notes: [], furniture: [], preludes: [] },
  tables: { nestedBullets: false, pipes: true, slug: 'table' },
  statuses: [
    {
      match: `[(\\[]?(?:${ENDED})(?![\\p{L}\\p{N}])`,
      sectionType: 'repealed',
      setAside: true,
    },
  ],
  address: ADDRESS,
};
