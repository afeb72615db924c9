/**
 * Addresses: names that units keep for good. A profile makes them as `{docCode}/{path of slugs}` from the numbers
 * and titles of headings; explicit spans bring their own, within the rules of `addressProblem`.
 */
import type { AddressRules } from './profiles.ts';

/**
 * The longest document code, in characters and in bytes of UTF-8: addresses begin with it and need room for their
 * path.
 */
const MAX_DOC_CODE = { characters: 63, bytes: 150 } as const;

/**
 * What a document code is made of: letters and digits of every script with their marks. In addresses, "/" follows
 * it.
 */
const DOC_CODE_PATTERN = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}._-]*$/u;
// Letters and marks that nobody sees.
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const INVISIBLE_ALL = /\p{Default_Ignorable_Code_Point}/gu;

/** Why a text can't be a document code, or null. */
export function docCodeFault(code: string): string | null {
  if (!DOC_CODE_PATTERN.test(code) || INVISIBLE.test(code))
    return 'must begin with a letter or digit and consist of letters, digits, ".", "_" and "-"';
  if (code !== code.normalize('NFC').toLowerCase().normalize('NFC'))
    return 'must be in lower case and in Unicode normal form C';
  const { characters, bytes } = MAX_DOC_CODE;
  if ([...code].length > characters || Buffer.byteLength(code) > bytes)
    return `must have at most ${characters} characters and ${bytes} bytes of UTF-8`;
  return null;
}

/** The longest address, in bytes of UTF-8. */
export const MAX_ADDRESS_BYTES = 255;

// White space, control and format characters, unassigned ones, and what breaks a URL, a quotation or a template.
const FORBIDDEN = /[\s\p{C}"'<>\\^`{|}?#%]/u;

/** Addresses without a fault, as most are: parts of plain letters, digits, hyphens and dots. */
const PLAIN_ADDRESS = /^(?:[\w~-][\w.~-]*\/)*[\w~-][\w.~-]*$/;

/** Why a text can't be an address, or null. */
export function addressFault(address: string | null): { code: string; message: string } | null {
  if (address !== null && address.length <= MAX_ADDRESS_BYTES && PLAIN_ADDRESS.test(address)) return null;
  if (address === null || address === '') return { code: 'address_empty', message: 'The address is empty.' };
  const bytes = Buffer.byteLength(address);
  if (bytes > MAX_ADDRESS_BYTES) {
    return {
      code: 'address_too_long',
      message: `The address has ${bytes} bytes. At most ${MAX_ADDRESS_BYTES} are allowed.`,
    };
  }
  const forbidden = FORBIDDEN.exec(address);
  if (forbidden) {
    const code = forbidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const message =
      `The address holds the character U+${code}. ` +
      'An address has no white space, no control character and none of "\'<>\\^`{|}?#%.';
    return { code: 'address_invalid', message };
  }
  if (address.normalize('NFC') !== address) {
    return {
      code: 'address_invalid',
      message: 'The address is not in Unicode normal form C. Normalise it, so that it has one spelling.',
    };
  }
  if (address.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    const message = 'The address has an empty, "." or ".." part. Write it as parts joined by single slashes.';
    return { code: 'address_invalid', message };
  }
  return null;
}

/**
 * Whether an address is of this document: its code, or the code and a path below it. No code holds a slash, so no
 * two documents share one.
 */
export function isOwnAddress(address: string, docCode: string): boolean {
  return address === docCode || address.startsWith(`${docCode}/`);
}

/** Text of ASCII alone: it has one form, and nothing in it is hidden. */
const PLAIN_TEXT = /^[\x20-\x7e]*$/;

/**
 * A readable part of an address from a number or a title: lower-case, words joined by hyphens; null when nothing
 * readable is left.
 */
export function slugOf(text: string, rules: AddressRules): string | null {
  const isPlain = PLAIN_TEXT.test(text);
  let slug = isPlain ? text.toLowerCase() : text.normalize('NFC').toLowerCase();
  for (const [from, to] of rules.replacements) slug = slug.replaceAll(from, to);
  if (isPlain && PLAIN_TEXT.test(slug)) return trimmedSlug(slug.replace(/[^A-Za-z0-9.]+/g, '-'), rules);
  if (rules.marks === 'kept') slug = slug.replace(INVISIBLE_ALL, '').normalize('NFC');
  // By the older rules Latin letters lose their accents; marks of other scripts carry the meaning and stay.
  else
    slug = slug
      .normalize('NFD')
      .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
      .normalize('NFC');
  return trimmedSlug(slug.replace(/[^\p{L}\p{N}\p{M}.]+/gu, '-'), rules);
}

function trimmedSlug(slug: string, { slugBytes }: AddressRules): string | null {
  const shortened = shortenedSlug(slug.replace(/^[-.]+|[-.]+$/g, ''), slugBytes);
  return shortened === '' ? null : shortened;
}

/** Cut to so many bytes at a character, and at the end of a word where one ends in the second half. */
function shortenedSlug(slug: string, limit: number): string {
  if (slug.length * 3 <= limit || Buffer.byteLength(slug) <= limit) return slug;
  let bytes = 0;
  let kept = '';
  for (const character of slug) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  const word = kept.lastIndexOf('-');
  return (word > kept.length / 2 ? kept.slice(0, word) : kept).replace(/[-.]+$/, '');
}
