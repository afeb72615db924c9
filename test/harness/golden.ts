import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const DIRECTORY = join(import.meta.dirname, '..', 'golden');

/** Compares text with a committed file; with UPDATE_GOLDENS=1 writes the file instead, for the diff to be read in review. */
export function expectGolden(name: string, text: string): void {
  const path = join(DIRECTORY, name);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(path, text);
  expect(text, `${name} has drifted; npm run goldens writes it anew`).toBe(readFileSync(path, 'utf8'));
}
