import { existsSync, readFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlainJson, PlainJsonCode, PlainJsonOptions } from '../../src/proof/canonical.ts';
import { assertPlainJson, canonicalJson, MAX_JSON_DEPTH, PlainJsonError } from '../../src/proof/canonical.ts';
import { canonicalTextOf } from '../../src/proof/canonical-text.ts';
import { parsePlainJson } from '../../src/proof/parse-plain-json.ts';
import { anyCharacter } from '../harness/any-text.ts';

const officialPath = new URL('../../../shared/vectors/jcs_official.json', import.meta.url);
const official: { name: string; inputUtf8: string; expectedHex: string }[] = existsSync(officialPath)
  ? JSON.parse(readFileSync(officialPath, 'utf8')).vectors
  : [];
if (official.length === 0)
  console.log('Skipped 12 tests: the official RFC 8785 vectors are not in ../shared/vectors.');

function refusalOf(act: () => unknown): { code: PlainJsonCode; path: string[] } | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof PlainJsonError)) throw error;
    expect(error.message).not.toBe('');
    return { code: error.code, path: error.path };
  }
}

const checked = (value: unknown, options?: PlainJsonOptions) =>
  refusalOf(() => assertPlainJson(value, options));
const parsed = (text: string) => refusalOf(() => parsePlainJson(text));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe.skipIf(official.length === 0)('canonical JSON: the official RFC 8785 vectors', () => {
  test.each(official)('$name', ({ inputUtf8, expectedHex }) => {
    expect(Buffer.from(canonicalJson(JSON.parse(inputUtf8))).toString('hex')).toBe(expectedHex);
  });

  test.each(official)(
    '$name: the strict parser reads it, or names the number that a double rounds',
    (vector) => {
      if (vector.name === 'values') {
        expect(parsed(vector.inputUtf8)).toEqual({ code: 'lost_digits', path: ['numbers', '0'] });
      } else {
        expect(parsePlainJson(vector.inputUtf8)).toEqual(JSON.parse(vector.inputUtf8));
      }
    },
  );
});

describe('canonical JSON', () => {
  test('sorts names by UTF-16 code units, writes no space and keeps Unicode as it is', () => {
    expect(canonicalJson({ b: [1, true, null], a: 'é', '\u{1F600}': 1, '\ufb33': 2 })).toBe(
      '{"a":"é","b":[1,true,null],"\u{1F600}":1,"\ufb33":2}',
    );
  });

  test('refuses an undefined member instead of leaving it out of what is signed', () => {
    const statement = { entry: 'a', review: undefined } as unknown as PlainJson;
    expect(refusalOf(() => canonicalJson(statement))).toEqual({ code: 'not_json', path: ['review'] });
  });

  test('what is written in one pass is, byte for byte, what the library writes, and what is refused is left to the closer look', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        const text = canonicalTextOf(value, MAX_JSON_DEPTH);
        if (checked(value, { unsafeIntegers: true }) !== null) expect(text).toBeNull();
        else expect(text).toBe(canonicalize(value));
      }),
      { numRuns: 1000 },
    );
    expect(canonicalTextOf(JSON.parse(nested(64)), 64)).toBe(nested(64));
    expect(canonicalTextOf(JSON.parse(nested(65)), 64)).toBeNull();
  });

  test('is a fixed point: parsing and writing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        if (checked(value) !== null) return;
        const text = canonicalJson(value as PlainJson);
        expect(canonicalJson(parsePlainJson(text))).toBe(text);
      }),
    );
  });
});

describe('plain JSON: what a value may not hold', () => {
  class Unit {
    readonly id = 'a';
  }
  test.each<[string, unknown, PlainJsonCode, string[]]>([
    ['a lone high surrogate', { a: ['\ud800'] }, 'lone_surrogate', ['a', '0']],
    ['a lone low surrogate in a name', { '\udc00': 1 }, 'lone_surrogate', ['\udc00']],
    ['NUL', { a: 'x\u0000y' }, 'nul', ['a']],
    ['NUL in a name', { '\u0000': 1 }, 'nul', ['\u0000']],
    ['NaN', [Number.NaN], 'not_finite', ['0']],
    ['infinity', { a: Number.POSITIVE_INFINITY }, 'not_finite', ['a']],
    ['an integer beyond 2^53', { n: 2 ** 53 }, 'unsafe_integer', ['n']],
    ['a negative integer beyond 2^53', { n: -(2 ** 60) }, 'unsafe_integer', ['n']],
    ['an own __proto__', JSON.parse('{"a":{"__proto__":{}}}'), 'proto_key', ['a', '__proto__']],
    ['undefined', { a: undefined }, 'not_json', ['a']],
    ['undefined itself', undefined, 'not_json', []],
    ['a hole in an array', new Array(1), 'not_json', ['0']],
    ['a function', { toJSON: () => 'x' }, 'not_json', ['toJSON']],
    ['a symbol', [Symbol('a')], 'not_json', ['0']],
    ['a bigint', { a: 1n }, 'not_json', ['a']],
    ['a Date', { at: new Date(0) }, 'not_json', ['at']],
    ['a Map', new Map(), 'not_json', []],
    ['a boxed string', Object('text'), 'not_json', []],
    ['bytes', { bytes: Buffer.from('x') }, 'not_json', ['bytes']],
    ['an instance of a class', [new Unit()], 'not_json', ['0']],
  ])('%s', (_, value, code, path) => {
    expect(checked(value)).toEqual({ code, path });
  });

  test('a cycle', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(checked(cycle)?.code).toBe('too_deep');
  });

  test(`more than ${MAX_JSON_DEPTH} levels, and no fewer`, () => {
    expect(checked(JSON.parse(nested(MAX_JSON_DEPTH)))).toBeNull();
    expect(checked(JSON.parse(nested(MAX_JSON_DEPTH + 1)))?.code).toBe('too_deep');
    expect(checked({ a: [] }, { maxDepth: 1 })).toEqual({ code: 'too_deep', path: ['a'] });
  });

  test('plain values pass: null-prototype objects, safe integers, fractions, pairs of surrogates', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(checked([null, true, 'é\u{1F600}', bare, 2 ** 53 - 1, 1.5, -0, {}])).toBeNull();
  });

  test('the path begins where the caller says', () => {
    expect(checked({ a: 1n }, { path: ['input', 'payload'] })?.path).toEqual(['input', 'payload', 'a']);
  });
});

describe('plain JSON: what a text may not hide', () => {
  test.each<[string, string, PlainJsonCode, string[]]>([
    ['a name given twice', '{"a":1,"a":1}', 'duplicate_key', ['a']],
    ['a name given twice in two spellings', '{"b":{"a":1,"\\u0061":2}}', 'duplicate_key', ['b', 'a']],
    ['an integer beyond 2^53', '{"n":[9007199254740993]}', 'unsafe_integer', ['n', '0']],
    ['2^53 itself, since its neighbour rounds to it', '9007199254740992', 'unsafe_integer', []],
    ['an integer with an exponent beyond 2^53', '1e30', 'unsafe_integer', []],
    ['a lost digit', '0.10000000000000000001', 'lost_digits', []],
    ['a number that underflows to zero', '1e-400', 'lost_digits', []],
    ['a number that overflows', '1e400', 'not_finite', []],
    ['an escaped NUL', '"\\u0000"', 'nul', []],
    ['an escaped lone surrogate', '["\\ud800"]', 'lone_surrogate', ['0']],
    ['a raw lone surrogate', '"\ud800"', 'lone_surrogate', []],
    ['__proto__', '{"__proto__":1}', 'proto_key', ['__proto__']],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', 'proto_key', ['__proto__']],
    ['too much nesting', nested(MAX_JSON_DEPTH + 1), 'too_deep', Array(MAX_JSON_DEPTH).fill('0')],
    ['nesting that would exhaust a stack', nested(1_000_000), 'too_deep', Array(MAX_JSON_DEPTH).fill('0')],
  ])('%s', (_, text, code, path) => {
    expect(parsed(text)).toEqual({ code, path });
  });

  test.each([
    [
      '',
      ' ',
      '{',
      '[',
      '[1',
      '[1,',
      '[1,]',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '{a:1}',
      "{'a':1}",
      '[1 2]',
      '1 2',
    ],
    [
      'tru',
      'nul',
      'True',
      'NaN',
      'Infinity',
      'undefined',
      '+1',
      '01',
      '-',
      '.5',
      '1.',
      '1e',
      '1e+',
      '0x1',
      '--1',
    ],
    [
      '"',
      '"a',
      '"\\',
      '"\\x"',
      '"\\u12"',
      '"\\u12g4"',
      '"a\nb"',
      '"\t"',
      '\ufeff1',
      '1\u00a0',
      '// a\n1',
      '[]]',
      '}',
    ],
  ])('syntax errors, in the built-in parser as here (%#)', (...texts) => {
    for (const text of texts) {
      expect(() => JSON.parse(text), text).toThrow(SyntaxError);
      expect(parsed(text)?.code, text).toBe('syntax');
    }
  });

  test.each(['1.0', '1.50e1', '-0', '0.0e5', '1E-7', '100', '123456789.125', '9007199254740991', '5e-324'])(
    'the number %s keeps its value and passes',
    (text) => expect(parsePlainJson(text)).toBe(Number(text) === 0 ? 0 : Number(text)),
  );

  test('every text that fast-check makes from a plain value reads as the built-in parser reads it', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: anyCharacter }), fc.constantFrom(0, 1, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        if (checked(value) !== null) return;
        const again = JSON.stringify(value, null, indent);
        expect(JSON.stringify(parsePlainJson(again))).toBe(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
  });

  test('a spoilt text is refused by a code, and never reads as something else than in the built-in parser', () => {
    const spoil = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:0e-.\\ntu \u0000\ud800'));
    fc.assert(
      fc.property(fc.json(), fc.array(spoil, { minLength: 1, maxLength: 3 }), (text, changes) => {
        let spoilt = text;
        for (const [place, put] of changes) {
          const at = place % (spoilt.length + 1);
          spoilt = spoilt.slice(0, at) + put + spoilt.slice(at + 1);
        }
        if (parsed(spoilt) === null) {
          expect(JSON.stringify(parsePlainJson(spoilt))).toBe(JSON.stringify(JSON.parse(spoilt)));
        } else if (parsed(spoilt)?.code === 'syntax') {
          expect(() => JSON.parse(spoilt)).toThrow();
        }
      }),
      { numRuns: 2000 },
    );
  });
});
