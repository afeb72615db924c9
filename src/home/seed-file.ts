/** The seed of one key outside a home: a file for its owner's eyes alone, 32 bytes in base64. */
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './private-file.ts';

/** A seed that can't be used; the message never quotes what was read. */
export class SeedFault extends Error {
  override readonly name = 'SeedFault';
}

/** Reads a seed from a file of mode 0600. */
export function seedInFile(path: string): Uint8Array {
  const file = openSeed(path);
  try {
    // Of the open file: its name may lead to another by now.
    const mode = fstatSync(file).mode & 0o777;
    if (process.platform !== 'win32' && mode !== 0o600)
      throw new SeedFault(
        `${path} has mode ${mode.toString(8).padStart(4, '0')}; a seed's file has mode 0600. ` +
          `If nobody else has read it, run: chmod 600 ${path}`,
      );
    return seedFrom(readSmall(file, path), path);
  } finally {
    closeSync(file);
  }
}

/** Reads a seed from an open descriptor, to its end. */
export function seedFromDescriptor(descriptor: number): Uint8Array {
  return seedFrom(readSmall(descriptor, `Descriptor ${descriptor}`), `Descriptor ${descriptor}`);
}

/** Writes a seed into a new file. A file that is there is left as it is. */
export function writeSeedFile(path: string, seed: Uint8Array): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SeedFault(
      code === 'EEXIST'
        ? `${path} is there already, and was left as it is. Name another file.`
        : `${path} can't be written (${code}).`,
    );
  }
  try {
    writeSync(file, `${Buffer.from(seed).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
}

function openSeed(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new SeedFault(`${path} can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function readSmall(file: number, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SeedFault(`${name} can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function seedFrom(text: string, name: string): Uint8Array {
  const trimmed = text.trim();
  const seed = Buffer.from(trimmed, 'base64');
  if (seed.length !== 32 || seed.toString('base64') !== trimmed)
    throw new SeedFault(`${name} holds no seed: that is 32 bytes in base64, in one line.`);
  return new Uint8Array(seed);
}
