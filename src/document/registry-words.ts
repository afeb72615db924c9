/** How words of the vocabulary and names of profiles and principals are spelled, so that no two of them read alike. */

/** Characters of a word or a name. */
const LONGEST = 63;

interface Spelling {
  readonly pattern: RegExp;
  readonly between: string;
  readonly said: string;
}

const TERM: Spelling = {
  pattern: /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/,
  between: '_',
  said: 'begin with a letter and have only a to z, 0 to 9 and single "_" between them',
};

const PROFILE_NAME: Spelling = {
  pattern: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  between: '-',
  said: 'begin with a letter and have only a to z, 0 to 9 and single "-" between them',
};

const VERSION = /^[1-9]\d{0,5}$/;

/** The kind and the section type of stretches that are no unit. */
const RESERVED = 'excluded';

/** Why a text can't be a word of the vocabulary, as it goes on after its place; null where it can. */
export function termFault(term: string): string | null {
  if (term === RESERVED) return 'must be another word: "excluded" names stretches that are no unit';
  return spellingFault(term, TERM);
}

/** Why a text can't be the name of a profile, or null. */
export function profileNameFault(name: string): string | null {
  return spellingFault(name, PROFILE_NAME);
}

/** Why a text can't be the name of a principal, or null. Those are spelled as profiles are. */
export function principalNameFault(name: string): string | null {
  return spellingFault(name, PROFILE_NAME);
}

/** Why a text can't be the version of a profile, or null. */
export function profileVersionFault(version: string): string | null {
  return VERSION.test(version)
    ? null
    : 'must be a whole number from 1 to 999999 without leading zeros, such as "1"';
}

function spellingFault(word: string, { pattern, between, said }: Spelling): string | null {
  if (word === '') return 'must not be empty';
  if (word.length > LONGEST) return `must have at most ${LONGEST} characters`;
  if (pattern.test(word)) return null;
  const near = word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, between)
    .replaceAll(new RegExp(`^${between}|${between}$`, 'g'), '');
  const way = pattern.test(near) ? `, for example "${near}"` : '';
  return `must ${said}${way}`;
}

/** Characters of ASCII that a reader takes for others. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[_-]/g, ''],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/0/g, 'o'],
  [/[1i]/g, 'l'],
];

/** What words that read alike have in common. */
export function readingOf(word: string): string {
  return ALIKE.reduce((text, [found, instead]) => text.replace(found, instead), word);
}
