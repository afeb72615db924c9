/** Data and programs that are written as text: JSON, encoded bytes, keys, scripts. */
import type { Format } from './format.ts';
import { commandInText, WAYS_OUT } from './format.ts';
import type { Excerpt } from './text.ts';

const JSON_DATA: Format = { code: 'json', name: 'JSON', wayOut: WAYS_OUT.data };
const NOTEBOOK: Format = {
  code: 'notebook',
  name: 'a Jupyter notebook',
  wayOut: `Convert it, for example: ${commandInText('jupyter nbconvert --to markdown FILE.ipynb')}.`,
};
const UNCODE = 'Decode it first, and register the document that is in it as Markdown.';

/** The labels of PEM and of OpenPGP's armour. */
const PEM_LABEL = '[A-Z0-9 ]*(?:KEY|CERTIFICATE|REQUEST|CRL|PARAMETERS|PKCS7|CMS)';
const PGP_LABEL = 'PGP (?:MESSAGE|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK|SIGNATURE)';

/** Formats that their first line shows. */
const FIRST_LINES: readonly (readonly [RegExp, Format])[] = [
  [
    /^#! ?\/\S/,
    {
      code: 'script',
      name: 'a script',
      wayOut: 'To cut a text about it, put the script into a fence (```).',
    },
  ],
  [/^<\?php\s/i, { code: 'script', name: 'a PHP program', wayOut: WAYS_OUT.noText }],
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\/v\d/,
    {
      code: 'lfs_pointer',
      name: 'a Git LFS pointer',
      wayOut: `Fetch the file that it points to: ${commandInText('git lfs pull')}.`,
    },
  ],
  [
    /^begin(?:-base64)? [0-7]{3,4} \S[^\n]*\n[!-`]/,
    { code: 'uuencode', name: 'uuencoded data', wayOut: UNCODE },
  ],
  [/^=ybegin line=\d/, { code: 'yenc', name: 'yEnc data', wayOut: UNCODE }],
  [
    /^data:[\w.+-]+\/[\w.+-]+(?:;[\w=.-]+)*;base64,\S{40}/,
    { code: 'base64', name: 'a data URL', wayOut: UNCODE },
  ],
  [
    /^HTTP\/\d(?:\.\d)? \d{3}[ \r\n]/,
    { code: 'http', name: 'an HTTP response', wayOut: 'Register its body alone.' },
  ],
  [/^BEGIN:VCALENDAR\s/i, { code: 'calendar', name: 'an iCalendar file', wayOut: WAYS_OUT.data }],
  [/^BEGIN:VCARD\s/i, { code: 'vcard', name: 'a vCard', wayOut: WAYS_OUT.data }],
  [
    new RegExp(`^-----BEGIN (?:${PEM_LABEL}|${PGP_LABEL})-----\\s`),
    { code: 'pem', name: 'a key, a certificate or an encrypted message', wayOut: WAYS_OUT.noText },
  ],
];

/** The kind of data that a text is; null for words. */
export function dataFormat(text: Excerpt): Format | null {
  const start = text.head.trimStart();
  const line = FIRST_LINES.find(([pattern]) => pattern.test(start));
  if (line !== undefined) return line[1];
  if (isJson(start.replace(LEADING_COMMENTS, ''), text))
    return /"nbformat"/.test(start + text.tail) ? NOTEBOOK : JSON_DATA;
  return null;
}

const TOKEN =
  /[ \t\r\n]+|[{}[\],:]|"(?:[^"\\\r\n]|\\.)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// A member, or objects in a list: nothing else begins so.
const BEGINS_AS_DATA = /^(?:\[\s*)*\{\s*"(?:[^"\\\r\n]|\\.)*"\s*:/;

// Not JSON's own, but common in files of settings.
const LEADING_COMMENTS = /^(?:\/\/[^\n]*(?:\n|$)|\/\*(?:(?!\*\/)[\s\S])*\*\/|\s)+/;

/**
 * An object or array, several of them line by line, or one that was cut off. Text after it, or a footnote's [1], is
 * none.
 */
function isJson(start: string, { whole }: Excerpt): boolean {
  if (!/^[[{]/.test(start) || !isLexed(start)) return false;
  if (BEGINS_AS_DATA.test(start)) return true;
  if (whole) return parsesAsJson(start) || start.trimEnd().split('\n').every(parsesAsJson);
  return /^\[\s*[-"\d{[tfn]/.test(start);
}

/** Whether there is nothing but JSON's tokens in the text, the last of which may be cut off. */
function isLexed(text: string): boolean {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    if (TOKEN.exec(text) === null)
      return text.length - at < LONGEST_CUT_TOKEN && /^[-\w]+$/.test(text.slice(at));
  }
  return true;
}

/** "fals", "-", "1." at the end of an excerpt. */
const LONGEST_CUT_TOKEN = 5;

function parsesAsJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const WHOLE_LINE = /^[A-Za-z0-9+/]{40,}={0,2}$/;
const MOST_DECODED = 3 * 1024;

/** What base64 lines decode to, at least the beginning of it; null where the text is none. */
export function decodedBase64(text: Excerpt): Buffer | null {
  const lines = text.head.trim().split(/\r\n?|\n/);
  const last = lines.length > 1 && text.whole ? lines.pop()! : null;
  if (!text.whole) lines.pop();
  if (lines.length === 0 && !text.whole) return null;
  const width = lines[0]?.length ?? 0;
  if (!lines.every((line) => line.length === width && WHOLE_LINE.test(line))) return null;
  if (last !== null && !(last.length <= width && /^[A-Za-z0-9+/]+={0,2}$/.test(last))) return null;
  const joined = (last === null ? lines : [...lines, last]).join('');
  // Words are long in some languages, but none of 100 letters mixes digits and both cases.
  const mixed = /[a-z]/.test(joined) && /[A-Z]/.test(joined) && /\d/.test(joined);
  return joined.length >= 100 && mixed ? Buffer.from(joined.slice(0, MOST_DECODED), 'base64') : null;
}
