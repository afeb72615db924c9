import { describe, expect, it } from 'vitest';
import { planDocument } from '../../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { cutLines, stretchesOf } from './cut-text.ts';

describe('statute-vi', () => {
  const plain = [
    'QUỐC HỘI',
    '',
    'LUẬT',
    'AN TOÀN',
    '',
    'CHƯƠNG I',
    'QUY ĐỊNH CHUNG',
    '',
    'Điều 1. Phạm vi',
    'Luật này quy định theo Điều 5 của Bộ luật.',
    '',
    'Điều 2. Giải thích từ ngữ',
    '1. An toàn là giải pháp:',
    'a) Điểm một;',
    'b) Điểm hai;',
    'd) Điểm ba;',
    'đ) Điểm bốn.',
    '2. Vệ sinh là giải pháp.',
    '',
    'Mục 1',
    'HỢP ĐỒNG',
    '',
    'Điều 2a. Bổ sung',
    'Nội dung.',
    '',
  ].join('\n');

  it('reads plain text, its letterhead as a preamble, and points in the Vietnamese alphabet', () => {
    expect(cutLines(plain, 'statute-vi')).toEqual([
      'law/preamble [] paragraph',
      'law/chương-i [] container',
      'law/dieu-1 [Điều 1] article',
      'law/dieu-2 [Điều 2] article',
      'law/dieu-2/khoan-1 [Điều 2 khoản 1] clause',
      'law/dieu-2/khoan-1/diem-a [Điều 2 khoản 1 điểm a] item',
      'law/dieu-2/khoan-1/diem-b [Điều 2 khoản 1 điểm b] item',
      'law/dieu-2/khoan-1/diem-d [Điều 2 khoản 1 điểm d] item',
      'law/dieu-2/khoan-1/diem-đ [Điều 2 khoản 1 điểm đ] item',
      'law/dieu-2/khoan-2 [Điều 2 khoản 2] clause',
      'law/chương-i/mục-1 [] container',
      'law/dieu-2a [Điều 2a] article',
    ]);
  });

  it('takes the line below a chapter for its title', () => {
    const [, chapter] = stretchesOf(plain, 'statute-vi');
    expect(chapter?.title).toBe('CHƯƠNG I QUY ĐỊNH CHUNG');
  });

  it('reads the same from headings and from bold lines', () => {
    const headings = '## Chương I: A\n\n### Điều 1. X\n\n1. Một;\na) hai;\n';
    const bold = '**Chương I**\n\n**Điều 1. X**\n\n**1.** Một;\na) hai;\n';
    const expected = [
      'law/chương-i [] container',
      'law/dieu-1 [Điều 1] article',
      'law/dieu-1/khoan-1 [Điều 1 khoản 1] clause',
      'law/dieu-1/khoan-1/diem-a [Điều 1 khoản 1 điểm a] item',
    ];
    expect(cutLines(headings, 'statute-vi')).toEqual(expected);
    expect(cutLines(bold, 'statute-vi')).toEqual(expected);
  });
});

describe('statute-en', () => {
  const labels = (text: string) => stretchesOf(text, 'statute-en').map(({ label }) => label.join(''));

  it('reads (a)(1)(A)(i)(I), marks behind marks too', () => {
    const text = '## § 5. Duties\n\n(a)(1) One:\n(A) x;\n(i) y;\n(I) z.\n(2) Two.\n(b) Three.\n';
    expect(labels(text)).toEqual([
      '§ 5',
      '§ 5(a)',
      '§ 5(a)(1)',
      '§ 5(a)(1)(A)',
      '§ 5(a)(1)(A)(i)',
      '§ 5(a)(1)(A)(i)(I)',
      '§ 5(a)(2)',
      '§ 5(b)',
    ]);
  });

  const letters = (last: string) =>
    `Section 1. X\n\n${[...'abcdefgh'].map((letter) => `(${letter}) t.\n`).join('')}(i) t.\n${last}`;

  it('reads (i) as a letter where (j) comes next, and as a number where (ii) does', () => {
    expect(labels(letters('(j) t.\n')).slice(-2)).toEqual(['§ 1(i)', '§ 1(j)']);
    expect(labels(letters('(ii) t.\n')).slice(-2)).toEqual(['§ 1(h)(i)', '§ 1(h)(ii)']);
  });

  it('calls it a problem where neither comes', () => {
    const bytes = Buffer.from(letters(''));
    const spec = { profile: 'statute-en' };
    const { problems } = planDocument({ bytes, docCode: 'law', spec, vocabulary: BASE_VOCABULARY });
    expect(problems.map(({ code }) => code)).toEqual(['numbering_ambiguous']);
    const coarse = { profile: 'statute-en', granularity: 'SECTION' } as const;
    expect(
      planDocument({ bytes, docCode: 'law', spec: coarse, vocabulary: BASE_VOCABULARY }).problems,
    ).toEqual([]);
  });

  it('takes no reference at the start of a wrapped line for a mark', () => {
    expect(labels('## § 5. X\n\n(a) As said in subsection\n(a) of this section.\n(b) End.\n')).toEqual([
      '§ 5',
      '§ 5(a)',
      '§ 5(b)',
    ]);
  });
});

describe('statute-fr', () => {
  it('reads articles, alinéas, 1° and a)', () => {
    const text =
      '# Code\n\n## Livre Ier : A\n\n##### Article L100-1\n\nPremier.\n\nDeuxième :\n1° un ;\na) deux ;\n2° trois.\n';
    expect(cutLines(text, 'statute-fr')).toEqual([
      'law [] container',
      'law/livre-ier [] container',
      'law/art-l100-1 [Article L100-1] article',
      'law/art-l100-1/text [Article L100-1] paragraph',
      'law/art-l100-1/text~2 [Article L100-1] paragraph',
      'law/art-l100-1/1 [Article L100-1 1°] item',
      'law/art-l100-1/1/a [Article L100-1 1° a)] item',
      'law/art-l100-1/2 [Article L100-1 2°] item',
    ]);
  });
});

describe('outline', () => {
  const rfc = [
    'Network Working Group',
    '',
    'Table of Contents',
    '',
    '   1.  Introduction . . . . . . . . . . 2',
    '',
    '1.  Introduction',
    '',
    '   A paragraph that goes on over',
    '',
    'Author                 [Page 1]',
    '\f',
    'RFC 9999               Title               May 2026',
    '',
    '   the end of a page.',
    '',
    '1.1.  Terms',
    '',
    '   Words:',
    '',
    '   o  one',
    '   o  two',
    '',
    '      GET / HTTP/1.1',
    '',
    'Appendix A.  More',
    '',
    'A.1.  Deeper',
    '',
    '   End.',
    '',
  ].join('\n');

  it('cites sections by their whole number, and knows contents and the ends of pages', () => {
    expect(cutLines(rfc, 'outline')).toEqual([
      'law/preamble [] paragraph',
      'law/s-1 [1] section',
      'law/s-1.1 [1.1] section',
      'law/s-a [A] section',
      'law/s-a.1 [A.1] section',
    ]);
    expect(cutLines(rfc, 'outline', 'ITEM').slice(1, 7)).toEqual([
      'law/s-1 [1] section',
      'law/s-1/text [1] paragraph',
      'law/s-1.1 [1.1] section',
      'law/s-1.1/text [1.1] paragraph',
      'law/s-1.1/dash [1.1 –] item',
      'law/s-1.1/dash~2 [1.1 –] item',
    ]);
  });
});

describe('an outline whose first depth has no dot', () => {
  const text =
    '1 Introduction\n\n   Text.\n\n1.1 Purpose\n\n   Text.\n\n2 Terms\n\n3 words make no heading.\n';

  it('has its sections all the same, and takes no sentence for one', () => {
    expect(cutLines(text, 'outline')).toEqual([
      'law/s-1 [1] section',
      'law/s-1.1 [1.1] section',
      'law/s-2 [2] section',
    ]);
    expect(cutLines(text, 'outline@1')).toEqual(['law/preamble [] paragraph', 'law/s-1.1 [1.1] section']);
  });
});

describe('principles', () => {
  it('reads codes in headings and in the rows of a table, and sets repealed rows aside', () => {
    const text = [
      '# Hiến pháp',
      '',
      '| Mã | Nội dung | Trạng thái |',
      '|---|---|---|',
      '| **NT1** | Minh bạch | |',
      '| KT-A | Cũ | bãi bỏ |',
      '| Điều 43 | Bảo vệ | |',
      '',
      '## §5.7 Phạm vi',
      '',
      'Nội dung.',
      '',
      '## §5.A Khác',
      '',
    ].join('\n');
    expect(cutLines(text, 'principles')).toEqual([
      'law [] container',
      'law/nt1 [NT1] article',
      '- bãi bỏ',
      'law/dieu-43 [Điều 43] article',
      'law/s-5.7 [§5.7] section',
      'law/s-5.a [§5.A] section',
    ]);
  });
});

describe('a row that is set aside', () => {
  const table = '| Mã | Nội dung | |\n|---|---|---|\n| NT1 | Một | |\n| NT2 | Hai | bãi bỏ |\n';

  it('takes no words behind its table with it', () => {
    const lines = cutLines(`# H\n\n${table}\nLời kết, | bãi bỏ.\n\n## NT3 Ba\n`, 'principles');
    expect(lines).toEqual([
      'law [] container',
      'law/nt1 [NT1] article',
      '- bãi bỏ',
      'law/text [] paragraph',
      'law/nt3 [NT3] article',
    ]);
  });

  it('is not set aside for words behind its table', () => {
    const text = `# H\n\n${table.replace('bãi bỏ', '')}\nx | bãi bỏ\n`;
    expect(cutLines(text, 'principles')).toEqual([
      'law [] container',
      'law/nt1 [NT1] article',
      'law/nt2 [NT2] article',
    ]);
  });
});

describe('handbook', () => {
  it('reads headings as CommonMark does, and paragraphs, items and tables below them', () => {
    const text =
      'Policy\n======\n\nIntro.\n\n## Leave\n\nWho:\n\n- staff\n- others\n\n| a | b |\n|---|---|\n| 1 | 2 |\n';
    expect(cutLines(text, 'handbook', 'ITEM')).toEqual([
      'law [] container',
      'law/text [] paragraph',
      'law/leave [Leave] section',
      'law/leave/text [Leave] paragraph',
      'law/leave/item [Leave –] item',
      'law/leave/item~2 [Leave –] item',
      'law/leave/table [Leave] table',
    ]);
    expect(cutLines('```\n# no heading\n```\n\n# Title\n', 'handbook')).toEqual([
      'law/preamble [] paragraph',
      'law [] container',
    ]);
  });

  const titled = '# Severance\n\nOne.\n\nTwo:\n\n- a\n- b\n';

  it('reads the text below the title of a document without other headings', () => {
    expect(cutLines(titled, 'handbook', 'ITEM')).toEqual([
      'law [] container',
      'law/text [] paragraph',
      'law/text~2 [] paragraph',
      'law/item [–] item',
      'law/item~2 [–] item',
    ]);
    expect(cutLines(titled, 'handbook', 'PARAGRAPH')).toHaveLength(3);
  });

  it('cuts as before by its first version', () => {
    const all = cutLines(titled, 'handbook@1', 'ITEM');
    expect(all).not.toContain('law/text [] paragraph');
  });
});
