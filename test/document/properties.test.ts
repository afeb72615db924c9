import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ADDRESS_BYTES } from '../../src/document/address.ts';
import { canonicalForm, contentHash } from '../../src/document/canonicalize.ts';
import { checkHierarchy } from '../../src/document/checks.ts';
import { planDocument } from '../../src/document/plan.ts';
import type { DocumentPlan } from '../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { anyText } from '../harness/any-text.ts';
import { markdownText } from './document-arbitrary.ts';

const planOf = (text: string, docCode = 'doc'): DocumentPlan =>
  planDocument({
    bytes: Buffer.from(text),
    docCode,
    spec: { profile: 'markdown@1' },
    vocabulary: BASE_VOCABULARY,
  });

const docCode = fc.stringMatching(/^[a-z0-9а-яđ][a-z0-9а-яđ條例._-]{0,40}$/u);

describe('a plan by profile, for any Markdown', () => {
  test('holds every byte in exactly one record and gives the source back', () => {
    fc.assert(
      fc.property(markdownText, (text) => {
        const plan = planOf(text);
        const codes = plan.problems.map((problem) => problem.code);
        expect(codes.filter((code) => code !== 'no_units' && code !== 'source_empty')).toEqual([]);
        if (codes.includes('source_empty')) return;
        expect(plan.coverage.complete).toBe(true);
        let at = 0;
        for (const record of plan.records) {
          expect([record.start, record.renderOrder]).toEqual([at, plan.records.indexOf(record)]);
          expect(record.end).toBeGreaterThan(record.start);
          expect(record.textDigest).toBe(digestOf(record.text));
          at = record.end;
        }
        expect(plan.records.map((record) => record.text).join('')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives each unit an address of its own, of bounded length, and a place among its siblings', () => {
    fc.assert(
      fc.property(markdownText, docCode, (text, code) => {
        const units = planOf(text, code).records.filter((record) => record.role !== 'excluded');
        const addresses = units.map((unit) => unit.address!);
        expect(new Set(addresses).size).toBe(addresses.length);
        for (const address of addresses) {
          expect(address === code || address.startsWith(`${code}/`)).toBe(true);
          expect(Buffer.byteLength(address)).toBeLessThanOrEqual(MAX_ADDRESS_BYTES);
        }
        const rows = units.map((unit) => ({
          address: unit.address!,
          unitKey: unit.localId,
          parentKey: unit.parentLocalId,
          sortOrder: unit.sortOrder,
        }));
        expect(checkHierarchy(rows)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same every time', () => {
    fc.assert(
      fc.property(markdownText, (text) => {
        expect(planOf(text)).toEqual(planOf(text));
      }),
      { numRuns: 200 },
    );
  });

  test('has problems only where nothing would become a unit', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0'), { minLength: 1 }), (blanks) => {
        expect(planOf(blanks.join('')).problems.map((problem) => problem.code)).toEqual(['no_units']);
      }),
    );
  });
});

describe('the canonical form', () => {
  test('does not change when it is made canonical again', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        expect(canonicalForm(canonicalForm(text))).toBe(canonicalForm(text));
      }),
    );
  });

  test('is blind to line endings, trailing white space and composition, and to nothing else', () => {
    expect(contentHash('Äb \r\nc\t\rd')).toBe(contentHash('A\u0308b\nc\nd'));
    expect(contentHash('a\n b')).not.toBe(contentHash('a\nb'));
    expect(contentHash('a\n')).not.toBe(contentHash('a'));
  });
});
