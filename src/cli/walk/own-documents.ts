/**
 * Which file a home has taken for which document of which ledger: one small file each in `<home>/documents`. The
 * ledger knows codes and texts. Only the home knows where a text was.
 */
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../../home/private-file.ts';

/** One document code in one ledger, as a home knows it. */
export interface DocumentPlace {
  readonly home: string;
  /** The fingerprint of the ledger's key. */
  readonly ledger: string;
  readonly docCode: string;
}

const shape = z.object({ ledger: z.string(), docCode: z.string(), path: z.string() });

/** The path that was taken for the document; null where none is known. */
export function takenPath(place: DocumentPlace): string | null {
  try {
    return shape.parse(JSON.parse(readFileSync(fileOf(place), 'utf8'))).path;
  } catch {
    return null;
  }
}

/**
 * Takes a path for a document that has none yet; false where another run was faster. Without a home nothing is stored.
 */
export function takePath(place: DocumentPlace, path: string): boolean {
  if (!existsSync(place.home)) return true;
  const file = fileOf(place);
  const making = `${file}.${process.pid}.new`;
  try {
    mkdirSync(join(place.home, 'documents'), { recursive: true, mode: 0o700 });
    writeFileSync(making, textOf(place, path), { mode: 0o600 });
    linkSync(making, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return takenPath(place) === path;
    return isUnwritable(error);
  } finally {
    rmSync(making, { force: true });
  }
}

/** Takes another path for a document: somebody said that it is the same one. */
export function replacePath(place: DocumentPlace, path: string): void {
  if (!existsSync(place.home) || takenPath(place) === path) return;
  try {
    writePrivateFile(fileOf(place), textOf(place, path));
  } catch (error) {
    isUnwritable(error);
  }
}

/** Forgets a path if nothing was registered under it. */
export function leavePath(place: DocumentPlace): void {
  rmSync(fileOf(place), { force: true });
}

/** Somebody who may only read this home is asked again next time; anything else is thrown. */
function isUnwritable(error: unknown): true {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return true;
  throw error;
}

function fileOf({ home, ledger, docCode }: DocumentPlace): string {
  const name = createHash('sha256').update(`${ledger}\0${docCode}`).digest('hex').slice(0, 32);
  return join(home, 'documents', `${name}.json`);
}

function textOf({ ledger, docCode }: DocumentPlace, path: string): string {
  return `${JSON.stringify({ ledger, docCode, path })}\n`;
}
