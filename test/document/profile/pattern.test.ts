import { RE2JS } from 're2js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compilePattern, PatternRefused } from '../../../src/document/profile/pattern.ts';

const ENGINES = ['v8', 're2'] as const;

describe.each(ENGINES)('a pattern in %s', (engine) => {
  test('gives what matched and its named groups', () => {
    const pattern = compilePattern('(?<code>§§?\\s*(?<number>\\d+)(?<letter>[a-z])?)', 'u', engine);
    expect(pattern.exec('§ 12 Kauf')).toEqual({
      text: '§ 12',
      groups: { code: '§ 12', number: '12', letter: undefined },
    });
    expect(pattern.exec('§ 12a')?.groups['letter']).toBe('a');
  });

  test('matches at the start of the line alone', () => {
    expect(compilePattern('§', 'u', engine).exec('see § 1')).toBeNull();
    expect(compilePattern('a|§', 'u', engine).exec('see § 1')).toBeNull();
  });

  test('gives the same answer to each call', () => {
    const pattern = compilePattern('a+', 'u', engine);
    expect([pattern.exec('aa'), pattern.exec('aa'), pattern.exec('b'), pattern.exec('aa')]).toEqual(
      [1, 1, 0, 1].map((found) => (found === 1 ? { text: 'aa', groups: {} } : null)),
    );
  });

  test('takes the first alternative that matches, not the longest', () => {
    expect(compilePattern('a|ab', 'u', engine).exec('ab')?.text).toBe('a');
  });

  test('sees 256 characters, and never half of one', () => {
    expect(compilePattern('a*', 'u', engine).exec('a'.repeat(300))?.text).toHaveLength(256);
    expect(compilePattern('a*$', 'u', engine).exec('a'.repeat(300))?.text).toHaveLength(256);
    expect(compilePattern('[^b]*', 'u', engine).exec(`${'a'.repeat(255)}😀`)?.text).toBe('a'.repeat(255));
  });

  test('knows letters of every script, and capitals where it is asked to', () => {
    expect(compilePattern('(?<word>\\p{Lu}\\p{Ll}+)', 'u', engine).exec('Điều 5')?.groups).toEqual({
      word: 'Điều',
    });
    expect(compilePattern('điều', 'iu', engine).exec('ĐIỀU 5')?.text).toBe('ĐIỀU');
    expect(compilePattern('điều', 'u', engine).exec('ĐIỀU 5')).toBeNull();
  });
});

describe('a registered pattern', () => {
  afterEach(() => vi.restoreAllMocks());

  test.each([
    ['a look-ahead', 'a(?=b)', 'no look-ahead'],
    ['a look-behind', '(?<=a)b', 'no look-behind'],
    ['a back-reference', '(a)\\1', 'no back-references'],
    ['a group that nothing closes', '(a', 'missing closing'],
    ['a name that stands twice', '(?<a>x)(?<a>y)', 'duplicate'],
    ['too many characters', 'a'.repeat(1001), 'At most 1000'],
    ['a count that is too large', 'a{501}', 'Shorten it'],
    ['counts that make it too large', '(?:(?:a{20}){20}){2}', 'Shorten it'],
    ['many counts', '[[:alpha:]]{400}b{200}', 'Shorten it'],
    ['a count beyond all numbers', 'a{99999999999999999999}', 'Shorten it'],
  ])('is refused for %s', (_, source, words) => {
    expect(() => compilePattern(source, 'u', 're2')).toThrow(PatternRefused);
    expect(() => compilePattern(source, 'u', 're2')).toThrow(words);
  });

  test.each([
    'a{1000}'.repeat(140),
    '((a{10}){10}){10}'.repeat(50),
    '\\Q[\\E((((a{9}){9}){9}){9})',
    '\\Q(\\E((a{10}){10}){10}'.repeat(40),
    `${'(?:'.repeat(100)}a${'{2})'.repeat(100)}`,
  ])('that would take RE2 long never gets there: %.30s', (source) => {
    const compile = vi.spyOn(RE2JS, 'compile');
    expect(() => compilePattern(source, 'u', 're2')).toThrow(PatternRefused);
    expect(compile).not.toHaveBeenCalled();
  });

  test('is linear where V8 would not end', () => {
    expect(compilePattern('(?:a*)*b', 'u', 're2').exec('a'.repeat(256))).toBeNull();
    expect(compilePattern('(?:a|a)*b|c', 'u', 're2').exec('a'.repeat(256))).toBeNull();
  });
});
