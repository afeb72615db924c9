import { describe, expect, it } from 'vitest';
import { cutLines, stretchesOf } from './cut-text.ts';

const LAW = `---
Title: Gesetz
---

# Gesetz über Muster (MustG)

## Teil 1 - Allgemeines

### § 1 Zweck

Dieses Gesetz regelt

1.  Muster,


2.  Vorlagen

    a)  groß,


    aa) klein.


und anderes.

### § 12a Ausnahmen

(1) Es gelten:

*    *   Spalte 1

    *   Spalte 2


*    *   eins

    *
        1.  kein Punkt des Gesetzes


(1a) (weggefallen)

(zu § 12a)

### Anlage 1 Liste

(Fundstelle: BGBl. I 2022, 1)

## Abschnitt A

Erster Text.

### Anlage 2

–   Punkt


### § 13

Schluss.
`;

describe('statute-de', () => {
  it('cuts sections, paragraphs, items and tables', () => {
    expect(cutLines(LAW, 'statute-de')).toEqual([
      '- front_matter',
      '- blank',
      'law [] container',
      'law/teil-1 [] container',
      'law/p-1 [§ 1] article',
      'law/p-1/text [§ 1] paragraph',
      'law/p-1/1 [§ 1 1.] item',
      'law/p-1/2 [§ 1 2.] item',
      'law/p-1/2/a [§ 1 2. a)] item',
      'law/p-1/2/aa [§ 1 2. aa)] item',
      'law/p-12a [§ 12a] article',
      'law/p-12a/abs-1 [§ 12a Abs. 1] paragraph',
      'law/p-12a/abs-1/table [§ 12a Abs. 1] table',
      'law/p-12a/abs-1a [§ 12a Abs. 1a] paragraph',
      'law/anlage-1 [Anlage 1] section',
      'law/anlage-1/text [Anlage 1] paragraph',
      'law/anlage-1/text~2 [Anlage 1] paragraph',
      'law/anlage-2 [Anlage 2] section',
      'law/anlage-2/dash [Anlage 2 –] item',
      'law/p-13 [§ 13] article',
      'law/p-13/text [§ 13] paragraph',
    ]);
  });

  it('cuts at the granularity that is asked for', () => {
    expect(cutLines(LAW, 'statute-de', 'SECTION').filter((line) => /p-1 |p-1\//.test(line))).toEqual([
      'law/p-1 [§ 1] article',
    ]);
    const paragraphs = cutLines(LAW, 'statute-de', 'PARAGRAPH');
    expect(paragraphs.filter((line) => line.includes('p-12a'))).toEqual([
      'law/p-12a [§ 12a] article',
      'law/p-12a/abs-1 [§ 12a Abs. 1] paragraph',
      'law/p-12a/abs-1a [§ 12a Abs. 1a] paragraph',
    ]);
  });

  it('says of a provision without text that it was repealed', () => {
    const repealed = stretchesOf(LAW, 'statute-de').filter(({ terms }) => terms?.sectionType === 'repealed');
    expect(repealed.map(({ label }) => label)).toEqual([['§ 12a', 'Abs. 1a']]);
    const [section] = stretchesOf('## § 4 (weggefallen)\n', 'statute-de');
    expect(section?.terms?.sectionType).toBe('repealed');
  });

  it('begins an annex where the words begin that say what it is for', () => {
    const [annex] = stretchesOf(LAW, 'statute-de').filter(({ title }) => title === 'Anlage 1 Liste');
    expect(LAW.slice(annex!.start)).toMatch(/^\(zu § 12a\)/);
  });

  it.each([
    ['## § 1.01 Begriffe', '§ 1.01', 'law/p-1.01'],
    ['## §§ 3 bis 6 (weggefallen)', '§ 3 bis 6', 'law/p-3-bis-6'],
    ['## Art 5', 'Art. 5', 'law/art-5'],
    ['## Art II', 'Art. II', 'law/art-ii'],
    ['## Artikel 12b Titel', 'Art. 12b', 'law/art-12b'],
    ['####### § 7 Tiefer', '§ 7', 'law/p-7'],
    ['## Schlußformel', 'Schlußformel', 'law/schlußformel'],
  ])('cites %s as %s', (heading, label, address) => {
    expect(cutLines(`${heading}\n\nx\n`, 'statute-de', 'SECTION')).toEqual([`${address} [${label}] article`]);
  });

  it('orders divisions of one depth by their words', () => {
    const text = '## Abschnitt 1\n\n###### Titel 1\n\n###### Untertitel 1\n\n###### § 1\n\nx\n';
    const stretches = stretchesOf(text, 'statute-de', 'SECTION');
    expect(stretches.map(({ parent }) => parent)).toEqual([null, 0, 1, 2]);
  });

  it('takes no number of a sentence for an item', () => {
    const text = '## § 1\n\nAm\n1. Mai gilt\n2. dies.\n\n20\\.1.2011 auch.\n';
    expect(cutLines(text, 'statute-de')).toEqual(['law/p-1 [§ 1] article', 'law/p-1/text [§ 1] paragraph']);
  });

  it('cuts nothing in footnotes and literal text', () => {
    const text = '## § 1\n\nText.\n\n[^F1]: 1.  eins\n\n    a)  zwei\n\n```\n\n1.  drei\n```\n';
    expect(cutLines(text, 'statute-de')).toHaveLength(2);
  });
});

describe('what stands before the first section', () => {
  it('is no list of the law', () => {
    const text = '# Gesetz\n\nHinweis:\n\n1.  Richtlinie\n\n\n## § 1\n\nText.\n';
    expect(cutLines(text, 'statute-de')).toEqual([
      'law [] container',
      'law/p-1 [§ 1] article',
      'law/p-1/text [§ 1] paragraph',
    ]);
  });

  it('is set aside where it is TOML', () => {
    expect(cutLines('+++\ntitle = "x"\n+++\n\n## § 1\n', 'statute-de')[0]).toBe('- front_matter');
  });
});
