import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST_CODE_POINT = 0x10ffff;

/**
 * Any character of Unicode. These are the characters of fast-check's unit `binary`, which first lists all million of
 * them: that takes seconds in each test file.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: LAST_CODE_POINT - SURROGATES })
  .map(characterAt, placeOf);

/** Any well-formed text. */
export const anyText = (constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ ...constraints, unit: anyCharacter });

function characterAt(place: number): string {
  return String.fromCodePoint(place < FIRST_SURROGATE ? place : place + SURROGATES);
}

/** The inverse. With it fast-check also tries texts that are known to break programs, such as `__proto__`. */
function placeOf(character: unknown): number {
  if (typeof character !== 'string' || !character.isWellFormed())
    throw new TypeError('This is no character.');
  const [first, ...others] = character;
  if (first === undefined || others.length > 0) throw new TypeError('This is not one character.');
  const codePoint = first.codePointAt(0) as number;
  return codePoint < FIRST_SURROGATE ? codePoint : codePoint - SURROGATES;
}
