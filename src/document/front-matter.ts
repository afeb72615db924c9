/** YAML front matter: `key: value` lines between fences at the very start of a document. */
import type { Profile } from './profiles.ts';

const BOM = '\ufeff';

/** Length of the front matter, its closing line ending included; 0 when the document has none. */
export function frontMatterLength(text: string, rules: Profile['frontMatter']): number {
  if (rules === null) return 0;
  const lines = linesFrom(text, text.startsWith(BOM) ? 1 : 0);
  const opening = lines.next().value;
  if (opening === undefined || opening.content.trimEnd() !== rules.fence) return 0;
  // A rule at the start of a document is no fence: front matter begins with a key, at once.
  const first = lines.next().value;
  if (first === undefined || !new RegExp(rules.firstLine, 'u').test(first.content)) return 0;
  for (const line of lines) {
    if (line.content.trimEnd() === rules.fence) return line.end;
  }
  return 0;
}

interface Line {
  readonly content: string;
  readonly end: number;
}

function* linesFrom(text: string, from: number): Generator<Line, undefined> {
  const line = /([^\r\n]*)(\r\n?|\n|$)/y;
  line.lastIndex = from;
  while (line.lastIndex < text.length) {
    const content = line.exec(text)![1]!;
    yield { content, end: line.lastIndex };
  }
  return undefined;
}
