import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import { ratifiedShape } from './shape.ts';

/** What the program that writes is, as an approval of a cut pins it. */
export interface ProgramDigests {
  /** Of the shape that the migrations give the database. A cut is refused in any other. */
  readonly schemaDigest: string;
  /** Of the program's own files, and of the lock file that names the packages which it loads. */
  readonly writerDigest: string;
}

/** The folder of `src` and `package.json`: of the clone, or of what was built. */
const ROOT = join(import.meta.dirname, '..', '..');

/** Read once: it is the program that was started which writes. */
export function programDigests(): ProgramDigests {
  known ??= {
    schemaDigest: digestOf(canonicalJson(ratifiedShape() as unknown as PlainJson)),
    writerDigest: digestOfFiles(programFiles()),
  };
  return known;
}

let known: ProgramDigests | null = null;

/** Every file that the program brings, migrations and profiles among them, and the lock file where there is one. */
function programFiles(): ReadonlyMap<string, string> {
  const own = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));
  const lock = [ROOT, join(ROOT, '..')].map((folder) => join(folder, 'package-lock.json')).find(existsSync);
  const paths = [...own, join(ROOT, 'package.json')];
  const files = new Map(paths.map((path) => [relative(ROOT, path).split(sep).join('/'), path]));
  return lock === undefined ? files : files.set('package-lock.json', lock);
}

/** Covers each file's name and content, in an order that no file system decides. */
function digestOfFiles(files: ReadonlyMap<string, string>): string {
  const lines = [...files.keys()].sort().map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(files.get(name) as string))
      .digest('hex'),
  ]);
  return digestOf(canonicalJson(lines));
}
