/**
 * Addresses that look alike. Two of one document are refused if a reader can't tell them apart: by case, by width, by
 * letters of other scripts, by characters that nobody sees. docs/decisions/0054 says why the list is short.
 */

/** Letters of Cyrillic, Greek and Armenian, and the Latin ones that they look like in most typefaces, in lower case. */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аα',
    b: 'вβ',
    c: 'сϲ',
    d: 'ԁ',
    e: 'е',
    h: 'һհн',
    i: 'іιı',
    j: 'јϳյ',
    k: 'кκ',
    l: 'ӏ',
    m: 'м',
    n: 'ո',
    o: 'оοօ',
    p: 'рρ',
    q: 'ԛգ',
    s: 'ѕ',
    t: 'тτ',
    u: 'սυ',
    v: 'νѵ',
    w: 'ԝ',
    x: 'хχ',
    y: 'уү',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const WORD = /[\p{L}\p{M}]+/gu;

const PLAIN_TEXT = /^[\x20-\x7e]*$/;
/** Signs of ASCII, and Latin letters with their marks: none is hidden, and none is of another script. */
const LATIN_TEXT = /^[\x20-\x7e\u00c0-\u024f\u1e00-\u1eff]*$/;

/** One form for all texts that look the same. */
export function skeletonOf(text: string): string {
  if (PLAIN_TEXT.test(text)) return text.toLowerCase();
  const folded = text.replace(INVISIBLE, '').normalize('NFKC').toLowerCase().normalize('NFC');
  if (/^[\x20-\x7e]*$/.test(folded)) return folded;
  return [...folded].map((letter) => LOOKS_LIKE.get(letter) ?? letter).join('');
}

/** Why an address deceives the eye by itself, or null; or another name that `what` is. */
export function deceptionOf(
  address: string,
  what: 'address' | 'document code' = 'address',
): { readonly code: string; readonly message: string } | null {
  if (LATIN_TEXT.test(address)) return null;
  const prefix = what === 'address' ? 'address' : 'doc_code';
  const [unseen] = address.match(INVISIBLE) ?? [];
  if (unseen !== undefined) {
    const code = unseen.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const message = `The ${what} holds the character U+${code}, which nobody sees. Leave it out.`;
    return { code: `${prefix}_invisible`, message };
  }
  const mixed = address.match(WORD)?.find(isMixed);
  if (mixed === undefined) return null;
  const message =
    `The ${what} has the word "${mixed}", in which letters of another script look like Latin ones. ` +
    'Write the word in one script.';
  return { code: `${prefix}_mixed_script`, message };
}

/** A word of Latin letters in which others pass for Latin. */
function isMixed(word: string): boolean {
  const letters = [...word.normalize('NFKC').toLowerCase()].filter((letter) => /\p{L}/u.test(letter));
  const others = letters.filter((letter) => !/\p{Script=Latin}/u.test(letter));
  return others.length > 0 && others.length < letters.length && others.every((one) => LOOKS_LIKE.has(one));
}
