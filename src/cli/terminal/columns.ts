/** Text in a terminal of 80 columns. Many characters take two columns there. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

export const COLUMNS = 80;

/**
 * Folds each line at words; what follows begins under the line's own beginning, or at `hang`. Addresses and digests
 * stay whole.
 */
export function foldedText(text: string, hang = 0): string {
  return text
    .split('\n')
    .map((line) => foldedLine(line.trimEnd(), hang))
    .join('\n');
}

function foldedLine(line: string, hang: number): string {
  if (stringWidth(line) <= COLUMNS) return line;
  if (/^ *\$ /.test(line)) return foldedCommand(line);
  const lead = line.slice(0, line.search(/[^ ]|$/));
  const [first = '', ...rest] = wrappedLines(line.slice(lead.length), COLUMNS - lead.length);
  if (rest.length === 0) return line;
  const indent = ' '.repeat(Math.max(lead.length, hang));
  const others = wrappedLines(rest.join(' '), COLUMNS - indent.length);
  return [lead + first, ...others.map((other) => indent + other)].join('\n');
}

/** A command goes on in the next line as a shell reads it. */
function foldedCommand(line: string): string {
  const [, lead = '', command = ''] = /^( *\$ )(.*)$/.exec(line) ?? [];
  if (/['"]/.test(command)) return line;
  const indent = ' '.repeat(lead.length + 2);
  return lead + wrappedLines(command, COLUMNS - indent.length - 2).join(` \\\n${indent}`);
}

function wrappedLines(text: string, columns: number): readonly string[] {
  const lines = wrapAnsi(text, columns, { trim: true }).split('\n');
  // Scripts without spaces are broken anywhere; a long word of another one is an address, and is copied whole.
  return lines.flatMap((line) =>
    stringWidth(line) > Math.max(columns, [...line].length)
      ? wrapAnsi(line, columns, { hard: true, trim: true }).split('\n')
      : [line],
  );
}

/** One line of at most so many columns; what is cut off is marked. */
export function fittedText(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += stringWidth(segment);
    if (width >= columns) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Filled with blanks up to so many columns. */
export function paddedText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}
