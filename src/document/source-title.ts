/** What a document calls itself: the title in its front matter, or its first heading. */
import { isMap, isScalar, parseDocument } from 'yaml';
import { frontMatterLength } from './front-matter.ts';
import { headingsOf } from './headings.ts';
import { MARKDOWN_2 } from './profiles.ts';
import { readableTitle } from './titles.ts';
import { tomlMatter } from './toml.ts';

/** Bytes that are looked through: of a longer document its beginning says what it is called. */
const LOOKED_AT = 64 * 1024;
/** Characters behind the front matter in which the first heading is looked for. Finding one takes time. */
const FIRST_HEADING_WITHIN = 16 * 1024;
/** Characters of a title. */
const LONGEST = 500;

/**
 * The title of a Markdown document in UTF-8; null where it gives itself none. A repeated registration is compared by
 * it, so it stays the same for the same bytes.
 */
export function titleOfSource(bytes: Buffer): string | null {
  // Half a character at the end can't be in a title that ends before.
  const text = bytes.subarray(0, LOOKED_AT).toString('utf8');
  const rules = MARKDOWN_2.frontMatter;
  const toml = tomlMatter(text, rules.longest);
  const length = toml?.length ?? frontMatterLength(text, rules);
  const named = toml === null ? yamlTitle(text.slice(0, length)) : toml.title;
  const title = named === null ? null : readableTitle(named, LONGEST);
  return title ?? firstHeading(text.slice(length, length + FIRST_HEADING_WITHIN));
}

/** The key `title` of front matter that reads as a YAML mapping. */
function yamlTitle(matter: string): string | null {
  if (matter === '') return null;
  const lines = matter.replace(/^\ufeff/, '').split(/\r\n?|\n/);
  const { contents } = parseDocument(lines.slice(1, closingOf(lines)).join('\n'), { uniqueKeys: false });
  if (!isMap(contents)) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && String(key.value).toLowerCase() === 'title');
  const value = isScalar(pair?.value) ? pair.value.value : null;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** Where the closing line is: what follows it is at most the end of its line. */
const closingOf = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => /^(?:---|\.\.\.)[ \t]*$/.test(line));

function firstHeading(body: string): string | null {
  for (const { title } of headingsOf(body, MARKDOWN_2)) {
    const readable = title === null ? null : readableTitle(title, LONGEST);
    if (readable !== null) return readable;
  }
  return null;
}
