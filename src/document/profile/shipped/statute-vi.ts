/** Vietnamese laws, decrees and circulars, in Markdown (headings or bold lines) or as plain text. */
import type { DocumentProfile, Level } from '../schema.ts';
import { ADDRESS, END, levelOf, TERMS } from './levels.ts';

/** What follows the number of a division or an article in running text: nothing else there is a heading. */
const HEAD_END = '(?=\\s*(?:$|[.:\\-–—]|\\*\\*))';
const ANY: Level['at'] = ['heading', 'bold', 'line'];

const division = (id: string, names: string, numbers: string, sectionType: string): Level =>
  levelOf({
    id,
    role: 'division',
    at: ANY,
    match: [`(?<code>(?:${names})\\s+(?:${numbers}))${HEAD_END}`],
    label: null,
    afterBlank: false,
    terms: { kind: 'container', sectionType },
  });

export const STATUTE_VI: DocumentProfile = {
  format: 'cutter-profile/2',
  name: 'statute-vi',
  version: '1',
  description:
    'Vietnamese statutes: Phần, Chương, Mục, Tiểu mục, Điều, khoản and điểm, from headings, bold or plain text.',
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
      match: [`(?<code>(?:Phụ lục|PHỤ LỤC)(?:\\s+(?:\\d+|[IVXLC]+))?)${HEAD_END}`],
      afterBlank: false,
      holdsHeadings: true,
      terms: { kind: 'section', sectionType: 'annex' },
    }),
    division('part', 'Phần|PHẦN', '(?:thứ|THỨ)\\s+\\p{L}+(?:\\s\\p{L}+)?|[IVXLC]+|\\d+|[A-Z]', 'part'),
    division('chapter', 'Chương|CHƯƠNG', '[IVXLC]+\\p{Lu}?|\\d+\\p{L}?', 'chapter'),
    division('division', 'Mục|MỤC', '\\d+\\p{L}?|[IVXLC]+', 'section'),
    division('subdivision', 'Tiểu mục|TIỂU MỤC|Tiểu Mục', '\\d+\\p{L}?|[IVXLC]+', 'subsection'),
    levelOf({
      id: 'article',
      role: 'section',
      at: ['heading', 'bold'],
      match: [`(?:Điều|ĐIỀU)\\s+(?<code>\\d+[a-zđ]{0,2})${END}`],
      label: 'Điều {code}',
      slug: 'dieu-{code}',
      afterBlank: false,
      terms: { kind: 'article', sectionType: 'article' },
    }),
    levelOf({
      id: 'article_line',
      role: 'section',
      at: ['line'],
      match: [`(?:Điều|ĐIỀU)\\s+(?<code>\\d+[a-zđ]{0,2})\\s*(?:[.:]|$)`],
      label: 'Điều {code}',
      slug: 'dieu-{code}',
      counts: 'arabic',
      afterBlank: false,
      terms: { kind: 'article', sectionType: 'article' },
    }),
    levelOf({
      id: 'clause',
      role: 'paragraph',
      at: ['line', 'bold'],
      match: ['(?<code>\\d+[a-zđ]{0,2})\\s*\\.(?:\\*\\*)?\\s'],
      label: 'khoản {code}',
      slug: 'khoan-{code}',
      counts: 'arabic',
      afterBlank: false,
      terms: { kind: 'clause', sectionType: 'paragraph' },
    }),
    levelOf({
      id: 'point',
      role: 'item',
      at: ['line', 'bold'],
      match: ['(?<code>[a-zđ][a-z\\d]{0,2})\\s*\\)(?:\\*\\*)?\\s'],
      label: 'điểm {code}',
      slug: 'diem-{code}',
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
      match: '[(\\[*_]*(?:được\\s+)?(?:bãi bỏ|Bãi bỏ|BÃI BỎ)[)\\].*_]*\\s*$',
      sectionType: 'repealed',
      setAside: false,
    },
  ],
  address: ADDRESS,
};
