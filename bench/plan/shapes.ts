/** Shapes of text that have been slow somewhere, each of about so many characters. */

type Shape = (length: number) => string;

/** One piece, again and again; `#` becomes its number. */
const repeated =
  (piece: string): Shape =>
  (length) => {
    const parts: string[] = [];
    for (let at = 0, size = 0; size < length; at++) {
      const part = piece.replaceAll('@', String(at));
      parts.push(part);
      size += part.length;
    }
    return parts.join('');
  };

const behind =
  (head: string, shape: Shape): Shape =>
  (length) =>
    head + shape(length);

export const SHAPES: Readonly<Record<string, Shape>> = {
  'running text': repeated('Words of a paragraph that says one thing, at some length.\n\n'),
  'one paragraph of lines': repeated('Words of a paragraph that says one thing.\n'),
  'one line': repeated('words and more words '),
  'one line of marks': repeated('*a* [b](c) `d` '),
  'blank lines': behind('x', repeated('\n')),
  'lines of blanks': behind('x', repeated('      \n')),
  'headings only': repeated('# Heading @\n'),
  'headings of two levels': repeated('# Part @\n## One\n'),
  'headings of six levels': repeated('# A @\n## B\n### C\n#### D\n##### E\n###### F\n'),
  'headings with one title': repeated('## Same\n'),
  'headings without a title': repeated('##\n'),
  'headings with marks': repeated('## *One* `two` @ [three](four)\n'),
  sections: repeated('## § @ Words\n\nOne sentence of this section.\n\n'),
  'underlined headings': repeated('Heading @\n===\n'),
  'underlines only': behind('x\n', repeated('===\n')),
  'underlined lines of text': repeated('one\ntwo @\n---\n'),
  rules: repeated('---\n\n'),
  'list of items': repeated('- item @ with words\n'),
  'list of loose items': repeated('- item @ with words\n\n'),
  'list of numbers': repeated('1. item @ with words\n'),
  'list of growing numbers': repeated('@. item with words\n'),
  'list of two levels': repeated('- one item\n  - and one below it\n'),
  'list of six levels': repeated('- a\n  - b\n    - c\n      - d\n        - e\n          - f\n'),
  'items with lazy lines': repeated('- item\nlazy line\n'),
  'empty items': repeated('-\n'),
  'items in quotes': repeated('> - item\n> - item\n'),
  quotes: repeated('> quoted words @\n'),
  'quotes apart': repeated('> quoted words @\n\n'),
  'deep quotes': repeated(`${'> '.repeat(40)}deep\n`),
  'deep items': repeated(`${'- '.repeat(40)}deep\n`),
  'lazy quotes': repeated('> quoted\nlazy\n\n'),
  tables: repeated('| a | b @ |\n|---|---|\n| c | d |\n\n'),
  'one table': behind('| a | b |\n|---|---|\n', repeated('| cell @ | other cell |\n')),
  fences: repeated('```\ncode @\n```\n\n'),
  'one open fence': behind('```\n', repeated('code @\n')),
  'fences that never close': repeated('~~~~@\ncode\n\n'),
  'indented code': repeated('    code @\n\ntext\n\n'),
  HTML: repeated('<div>\nwords @\n</div>\n\n'),
  'open HTML': behind('<!--\n', repeated('<b> words @\n')),
  tags: repeated('<b a="c" d=e>\n\n'),
  'open tags': repeated('<b a b c d e f\n\n'),
  definitions: repeated('[a@]: /url "title"\n'),
  'open brackets': repeated('[a@\n\n'),
  'backslashes and backticks': repeated('\\`\\\\`` a @\n'),
  'carriage returns': repeated('# Heading @\r\rtext\r\r'),
};
