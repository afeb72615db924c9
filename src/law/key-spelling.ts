/*
 * One idempotency key has one spelling. Ids derive from a key's characters, so two spellings that nobody can tell apart
 * would be two keys, and a repeated call would be done twice.
 */

/** What keeps a key from having one spelling. */
export interface SpellingFault {
  /** What is wrong, as a sentence that goes on from the place: "holds U+00A0 at character 3". */
  readonly complaint: string;
  /** The spelling to use instead; null where nothing readable would be left. */
  readonly instead: string | null;
}

/** Blanks of Unicode, and the empty cell of Braille, which looks like one. */
const BLANK = String.raw`[\p{White_Space}\u2800]`;
/** What nobody sees, and what steers how others are shown. */
const INVISIBLE = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]`;

const OTHER_BLANK = new RegExp(`(?! )${BLANK}`, 'u');
const UNSEEN = new RegExp(INVISIBLE, 'u');

/** Why a key could be spelled in another way that reads the same; null where it has one spelling. */
export function keySpellingFault(key: string): SpellingFault | null {
  const complaint = complaintOf(key);
  if (complaint === null) return null;
  const instead = keySpelling(key);
  return { complaint, instead: instead === '' ? null : instead };
}

function complaintOf(key: string): string | null {
  const odd = OTHER_BLANK.exec(key) ?? UNSEEN.exec(key);
  if (odd !== null) return `holds ${characterName(odd[0])} at character ${placeOf(key, odd.index)}`;
  if (key.startsWith(' ')) return 'begins with a blank';
  if (key.endsWith(' ')) return 'ends with a blank';
  const double = key.indexOf('  ');
  if (double >= 0) return `has two blanks in a row at character ${placeOf(key, double)}`;
  return key === key.normalize('NFC') ? null : "isn't in Unicode normal form C";
}

/** The one spelling of all keys that read like this one. */
function keySpelling(key: string): string {
  return key
    .replace(new RegExp(`${BLANK}+`, 'gu'), ' ')
    .replace(new RegExp(`${INVISIBLE}+`, 'gu'), '')
    .normalize('NFC')
    .replace(/ +/g, ' ')
    .replace(/^ | $/g, '');
}

function characterName(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A place as people count: characters, from 1. */
function placeOf(key: string, index: number): number {
  return [...key.slice(0, index)].length + 1;
}
