import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EQUIVALENT, outdated, reasonFor } from '../bench/mutants/equivalent.ts';
import { mutantsIn } from '../bench/mutants/operators.ts';
import { lawFiles, testsFor } from '../bench/mutants/targets.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test('each reason why nobody can notice a fault fits one fault of the law', () => {
  const faults = [...new Set(EQUIVALENT.map(({ file }) => file))].flatMap((file) =>
    mutantsIn(file, textOf(file)),
  );
  expect(outdated(faults)).toEqual([]);
  expect(faults.filter((fault) => reasonFor(fault) !== null)).toHaveLength(EQUIVALENT.length);
  expect(outdated([])).toEqual(EQUIVALENT);
});

test('each file of the law has tests that are asked about a fault in it', () => {
  const files = lawFiles(ROOT);
  expect(files.length).toBeGreaterThan(50);
  for (const file of files) expect(testsFor(file, ROOT, true).flat(), file).not.toEqual([]);
  for (const { file } of EQUIVALENT) expect(files).toContain(file);
});
