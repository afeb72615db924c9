/** The shape of src/, measured: each test is a rule, and lists what breaks it. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (name: string) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') });
const FILES = globSync('src/**/*.{ts,tsx}', { cwd: ROOT })
  .filter((name) => !name.includes('generated'))
  .map(read);
const SQL_FILES = globSync('src/database/sql/*.sql', { cwd: ROOT });

const MOST_FILES_IN_A_FOLDER = 30;
const MOST_COLUMNS = 120;
/** Migrations from before this rule. A migration never changes: its checksum is recorded in every ledger. */
const LAST_WIDE_MIGRATION = '0017';

test('no folder of src/ has more than 30 files', () => {
  const count = new Map<string, number>();
  for (const { name } of FILES) count.set(dirname(name), (count.get(dirname(name)) ?? 0) + 1);
  expect([...count].filter(([, files]) => files > MOST_FILES_IN_A_FOLDER)).toEqual([]);
});

test('no room of src/ has more than a fifth of its lines', () => {
  const lines = new Map<string, number>();
  for (const { name, text } of FILES) {
    const room = name.split('/')[1]!;
    lines.set(room, (lines.get(room) ?? 0) + text.split('\n').length);
  }
  const all = [...lines.values()].reduce((sum, of) => sum + of, 0);
  expect([...lines].filter(([, of]) => of > all / 5)).toEqual([]);
});

test('no line of src/ is longer than 120 columns', () => {
  const statements = SQL_FILES.filter((name) => basename(name) > `${LAST_WIDE_MIGRATION}~`).map(read);
  const long = [...FILES, ...statements].flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, at) => (line.length > MOST_COLUMNS ? [`${name}:${at + 1}`] : [])),
  );
  expect(long).toEqual([]);
});

test('comments and messages have no archaic words', () => {
  const words = /\b(whoever|gainsays?|at hand|tells? of|told|lest|thereof|stands for|the one … the other)\b/i;
  const found = FILES.flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, at) => (words.test(line) ? [`${name}:${at + 1} ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

test('an exported name means one thing', () => {
  const places = new Map<string, Set<string>>();
  const exported = /^export (?:async )?(?:function\*?|class|interface|type|const) (\w+)/gm;
  for (const { name, text } of FILES)
    for (const [, symbol] of text.matchAll(exported))
      places.set(symbol!, (places.get(symbol!) ?? new Set()).add(name));
  const double = [...places].filter(([, files]) => files.size > 1).map(([symbol]) => symbol);
  expect(double).toEqual([]);
});

/** Verbs of the domain are whole names: they are the mutation, the file and the function. */
const VERBS = new Set([
  'mark',
  'sweep',
  'review',
  'cut',
  'verify',
  'abandon',
  'comment',
  'reconstruct',
  'migrate',
  'move',
]);

test('a top-level function is named by what it does to what', () => {
  const bare = FILES.flatMap(({ name, text }) =>
    [...text.matchAll(/^(?:export )?(?:async )?function\*? ([a-z]+)\b/gm)]
      .filter(([, symbol]) => !VERBS.has(symbol!))
      .map(([, symbol]) => `${basename(name)}: ${symbol}`),
  );
  expect(bare).toEqual([]);
});

test('what is absent is a type, never an empty string', () => {
  const found = FILES.flatMap(({ name, text }) => [...text.matchAll(/\?\? ''/g)].map(() => name));
  expect(found).toEqual([]);
});

test('a migration’s file is listed with its checksum', () => {
  const sums = readFileSync(join(ROOT, 'src/database/sql/checksums.sum'), 'utf8');
  for (const file of SQL_FILES) if (/\d{4}_/.test(file)) expect(sums).toContain(basename(file));
});

test('the pages of the console import the console, the client and packages alone', () => {
  // The tool that holds the arrows reads no JSX.
  const pages = FILES.filter(({ name }) => name.endsWith('.tsx'));
  expect(pages.length).toBeGreaterThan(5);
  for (const { name, text } of pages)
    for (const [, from] of text.matchAll(/(?:from|import) '(\.[^']*)'/g))
      expect(join(dirname(name), from as string), name).toMatch(/^src\/(console|client)\//);
});

test('the README fits its two screens', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(90);
  expect(text.split(/\s+/).length).toBeLessThanOrEqual(700);
});
