/** Titles as people read them: without what markup, terminals and the order of writing mean by some characters. */

/** Inside `{#id .class key=value}` behind a heading: what programs are to know of it. */
const ATTRIBUTE = String.raw`(?:[#.][^\s{}]+|[\p{L}_][\w:-]*=(?:"[^"]*"|[^\s"]+))`;
const ATTRIBUTES = new RegExp(`^:? ?${ATTRIBUTE}(?: ${ATTRIBUTE})* ?$`, 'u');
const LONGEST_ATTRIBUTES = 300;
/** `[^1]`: a reference to a footnote, at most as long as one can be. */
const FOOTNOTE = /\[\^[^\]\s[]{1,100}\]/g;
/** What a terminal obeys: a sequence with its parameters, a string up to its end, or a single character. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\u0007\u001b]{0,1000}(?:\u0007|\u001b\\)|[ -/]{0,8}[0-Z\\^-~])/g;
/** Other controls, and characters that nobody sees. Joiners stay: Persian and Indic scripts are spelled with them. */
const UNSEEN = new RegExp(
  String.raw`[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u200b\u200e\u200f` +
    String.raw`\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]`,
  'g',
);

/**
 * A title of at most `longest` UTF-16 units; null where nothing is left. It may come from Markdown (its own escapes
 * already resolved), from front matter, or from a line of text.
 */
export function readableTitle(words: string, longest: number): string | null {
  // What is behind the limit isn't looked at, but for what may be taken out before it.
  const head = words.slice(0, longest * 4);
  const seen = head.replace(ESCAPES, '').replace(UNSEEN, '').replace(FOOTNOTE, '');
  const plain = withoutAttributes(seen.replace(/[\s\u0085]+/g, ' ').trim());
  const title = plain.slice(0, longest).trimEnd().toWellFormed();
  return title === '' ? null : title;
}

function withoutAttributes(title: string): string {
  const open = title.endsWith('}') ? title.lastIndexOf('{') : -1;
  if (open === -1 || title.length - open > LONGEST_ATTRIBUTES) return title;
  return ATTRIBUTES.test(title.slice(open + 1, -1)) ? title.slice(0, open).trimEnd() : title;
}
