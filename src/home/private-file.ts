/** Files for the owner's eyes, and what makes a file's name durable. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A secret that its group or the world may read is no secret. This stops and repairs nothing: the secret may be known
 * already.
 */
export function refuseIfOthersMayRead(path: string): void {
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${path} is open to others (mode ${mode.toString(8)}). Consider what it holds known; ` +
        "if it isn't, close it with chmod 600.",
    );
  }
}

/** Writes a file for the owner's eyes, whole or not at all. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const making = `${path}.${process.pid}.new`;
  const file = openSync(making, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(making, path);
  syncFolder(dirname(path));
}

/**
 * Makes the names in a folder durable: without it a crash may bring back the file that a rename replaced. On Windows a
 * folder can't be opened, and a rename is durable by itself.
 */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
