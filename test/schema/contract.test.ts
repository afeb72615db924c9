import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { CURRENT, schemaIn } from '../../contract/files.ts';
import { faultsOf } from '../../contract/lint.ts';
import { referencePages } from '../../contract/pages.ts';

const text = readFileSync(CURRENT, 'utf8');

/** The faults of the schema with one thing in it changed. */
function faultsWith(from: string | RegExp, to: string): string[] {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  return faultsOf(buildSchema(changed));
}

test('the schema keeps its rules', () => {
  expect(faultsOf(schemaIn(CURRENT))).toEqual([]);
});

describe('a schema breaks the rules with', () => {
  test.each([
    [
      'a field that no description is given of',
      /"""When the entry was marked\."""\n/,
      '',
      'Entry.emittedAt has no description.',
    ],
    [
      'a description that says the name',
      '"""When the entry was marked."""',
      '"""Emitted at"""',
      'Entry.emittedAt says no more than its name: "Emitted at"',
    ],
    [
      'a description that ends nowhere',
      '"""When the entry was marked."""',
      '"""When the entry was marked"""',
      "Entry.emittedAt's description ends without a stop.",
    ],
    [
      'a field in capitals',
      /\bemittedAt: DateTime!/,
      'EmittedAt: DateTime!',
      'Entry.EmittedAt is not named as',
    ],
    ['a value in small letters', '  CUT_REQUEST\n', '  cutRequest\n', 'EntryKind.cutRequest is not named as'],
    [
      'a scalar of no specification',
      ' @specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc9562")',
      '',
      'UUID has no @specifiedBy.',
    ],
    ['a connection without a count', /totalCount: Int\n/, 'total: Int\n', 'has no totalCount.'],
    [
      'a page of a size that is sent unasked',
      /first: Int\n/,
      'first: Int = 50\n',
      '(first:) must be nullable, without a default.',
    ],
    [
      'an entity that Relay can not refetch',
      'type Entry implements Node {',
      'type Entry {',
      "Entry has an id and isn't a Node.",
    ],
    [
      'a verb of two arguments',
      /input: AbandonInput!\n/,
      'input: AbandonInput!\n\n    """Something else."""\n    more: Int\n',
      'Mutation.abandon must take one argument',
    ],
    [
      'a verb that answers with its success alone',
      '): AbandonOutcome!',
      '): AbandonSuccess!',
      'Mutation.abandon must answer with AbandonOutcome.',
    ],
    [
      'a deprecation that names no heir',
      /emittedAt: DateTime!/,
      'emittedAt: DateTime! @deprecated(reason: "Old.")',
      'Entry.emittedAt is deprecated without saying what to use',
    ],
  ])('%s', (_, from, to, fault) => {
    expect(faultsWith(from, to).join('\n')).toContain(
      fault.startsWith('Entry.') ? fault.slice('Entry.'.length) : fault,
    );
  });
});

test('a deprecation that names its heir and its day is taken', () => {
  const reason = 'Use `Entry.statusSince`. Removed after 2027-06-30.';
  expect(faultsWith(/emittedAt: DateTime!/, `emittedAt: DateTime! @deprecated(reason: "${reason}")`)).toEqual(
    [],
  );
});

test('the pages of the reference are those of the schema', () => {
  const folder = join(import.meta.dirname, '../../docs/reference/api');
  const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(referencePages(schemaIn(CURRENT))));
});
