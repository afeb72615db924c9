import stringWidth from 'string-width';
import { COLUMNS } from '../../src/cli/terminal/columns.ts';

/** Text as it was before it was folded: a line belongs to the one before it where its first word had no room there. */
export function unfolded(text: string): string {
  const lines: string[] = [];
  let width = 0;
  for (const line of text.split('\n')) {
    const word = /\S+/.exec(line)?.[0];
    const isRest = word !== undefined && width > 0 && width + 1 + stringWidth(word) > COLUMNS;
    if (isRest) lines.push(`${lines.pop()} ${line.trimStart()}`);
    else lines.push(line);
    width = stringWidth(line);
  }
  return lines.join('\n');
}
