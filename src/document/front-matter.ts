/** Front matter: text between fences at the very start of a document, which describes the document. */
import { isAlias, isMap, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import type { FencedFrontMatter, Profile, YamlFrontMatter } from './profiles.ts';

const BOM = '\ufeff';

/** Length of the front matter, its closing line ending included; 0 when the document has none. */
export function frontMatterLength(text: string, rules: Profile['frontMatter']): number {
  if (rules === null) return 0;
  return 'fence' in rules ? fencedLength(text, rules) : yamlLength(text, rules);
}

/** By its first line alone. */
function fencedLength(text: string, rules: FencedFrontMatter): number {
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

/** By its whole content: a rule above words of the document sets nothing aside. */
function yamlLength(text: string, rules: YamlFrontMatter): number {
  const lines = linesFrom(text, text.startsWith(BOM) ? 1 : 0);
  const opening = lines.next().value;
  if (opening === undefined || trimBlanks(opening.content) !== rules.opening) return 0;
  const content: string[] = [];
  for (const { content: line, end } of lines) {
    if (end - opening.end > rules.longest) return 0;
    // A blank line below a rule parts it from what the document says.
    if (content.length === 0 && trimBlanks(line) === '') return 0;
    if (rules.closings.includes(trimBlanks(line))) return describesDocument(content, rules) ? end : 0;
    content.push(line);
  }
  return 0;
}

const trimBlanks = (line: string): string => line.replace(/[ \t]+$/, '');

/** Whether the lines are one YAML mapping with keys like names, each once. */
function describesDocument(lines: readonly string[], rules: YamlFrontMatter): boolean {
  if (lines.some((_, at) => isHeadingApart(lines, at))) return false;
  const parsed = parsedYaml(lines.join('\n'));
  if (parsed === null || parsed.errors.length > 0 || !isMap(parsed.contents)) return false;
  if (parsed.contents.items.length === 0) return false;
  const key = new RegExp(rules.key, 'u');
  const named = parsed.contents.items.every(
    (pair) => isScalar(pair.key) && typeof pair.key.value === 'string' && key.test(pair.key.value),
  );
  return named && isSound(parsed);
}

/** A YAML comment next to a blank line reads as a heading. */
function isHeadingApart(lines: readonly string[], at: number): boolean {
  if (!/^ {0,3}#{1,6}[ \t]+\S/.test(lines[at]!)) return false;
  return [lines[at - 1], lines[at + 1]].some((line) => line?.trim() === '');
}

/**
 * Never throws. Aliases stay as they are written, so none can swell; keys are compared by `isSound`, at a lower
 * cost.
 */
function parsedYaml(source: string): ReturnType<typeof parseDocument> | null {
  try {
    return parseDocument(source, { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false });
  } catch {
    // Nested deeper than the stack: no description of a document.
    return null;
  }
}

/** Whether every key is there once in its mapping, and every alias has its anchor before it. */
function isSound(document: NonNullable<ReturnType<typeof parsedYaml>>): boolean {
  const anchors = new Set<string>();
  let sound = true;
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) sound &&= anchors.has(node.source);
      else if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) sound &&= !hasTwice(node);
    },
  });
  return sound;
}

function hasTwice({ items }: YAMLMap): boolean {
  const keys = items
    .map(({ key }) => (isScalar(key) ? String(key.value) : null))
    .filter((key) => key !== null);
  return new Set(keys).size < keys.length;
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
