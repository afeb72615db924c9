/** The documents below a folder, and what can't be one. */
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ClientFault } from './client/client.ts';
import { whyUnreadable } from './client/tokens.ts';
import { docCodeOf, otherCodeOf } from './walk/document-code.ts';

const EXTENSIONS: readonly string[] = ['.md', '.txt'];

/** A file, and the code that its document gets. */
export interface FolderFile {
  readonly path: string;
  readonly docCode: string;
}

/** What is below the folder and can't be taken, with the reason. */
interface UnfitFile {
  readonly path: string;
  readonly why: string;
}

export interface FolderFiles {
  readonly files: readonly FolderFile[];
  readonly unfit: readonly UnfitFile[];
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/**
 * The documents below a folder, sorted by their paths. What begins with a dot is left out. Of two files with one name,
 * the second gets its folder's name into its code.
 */
export function folderFiles(folder: string): FolderFiles {
  const unfit: UnfitFile[] = [];
  const taken = new Map<string, string>();
  const files = documentsBelow(folder, unfit).flatMap((path): FolderFile[] => {
    const docCode = freeCode(path, taken, unfit);
    return docCode === null ? [] : [{ path, docCode }];
  });
  return { files, unfit };
}

function freeCode(path: string, taken: Map<string, string>, unfit: UnfitFile[]): string | null {
  try {
    const own = docCodeOf(path);
    const docCode = taken.has(own) ? otherCodeOf(path, own) : own;
    const other = taken.get(docCode);
    if (other !== undefined)
      throw new ClientFault(`It would be the document "${docCode}", as ${other} is. Rename one of them.`);
    taken.set(docCode, path);
    return docCode;
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    unfit.push({ path, why: error.message });
    return null;
  }
}

function documentsBelow(folder: string, unfit: UnfitFile[]): string[] {
  return childrenOf(folder, unfit)
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    .flatMap((found) => {
      const path = join(folder, found.name);
      if (found.isDirectory()) return documentsBelow(path, unfit);
      return found.isFile() && EXTENSIONS.includes(extname(found.name).toLowerCase()) ? [path] : [];
    });
}

function childrenOf(folder: string, unfit: UnfitFile[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    unfit.push({ path: folder, why: `The folder can't be read: ${whyUnreadable(error)}.` });
    return [];
  }
}
