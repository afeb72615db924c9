/** The migrations as files, and the checksums that vouch for them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SQL_DIRECTORY = join(import.meta.dirname, '..', 'sql');
/** One migration file, and the chained checksum that vouches for it and for all before it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * The `checksums.sum` that belongs to a folder of migrations: each line is the SHA-256 over the line before and the
 * file.
 */
export function checksumsOf(directory = SQL_DIRECTORY): string {
  return migrationFiles(directory)
    .map((file) => `${file.checksum} ${file.name}\n`)
    .join('');
}

/**
 * The migrations of a folder, in order, after comparing them with its checksum file. A file that was changed, lost,
 * added or reordered since the checksums were written is named.
 */
export function readMigrations(directory = SQL_DIRECTORY): readonly Migration[] {
  const files = migrationFiles(directory);
  const listed = readFileSync(join(directory, 'checksums.sum'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ checksum: line.slice(0, 64), name: line.slice(65) }));
  for (let i = 0; i < Math.max(files.length, listed.length); i += 1) {
    const file = files[i];
    const line = listed[i];
    if (line !== undefined && !files.some((f) => f.name === line.name)) {
      throw new Error(`The migration ${line.name} is missing, and checksums.sum lists it. Restore the file.`);
    }
    if (file !== undefined && !listed.some((l) => l.name === file.name)) {
      throw new Error(
        `The migration ${file.name} is not listed in checksums.sum. Remove it, or add it by npm run checksums.`,
      );
    }
    if (file === undefined || line === undefined || file.name !== line.name) {
      throw new Error(
        `checksums.sum lists ${line?.name ?? 'nothing'} where the migration ${file?.name ?? 'none'} ` +
          'comes next: the order was changed.',
      );
    }
    if (file.checksum !== line.checksum) {
      throw new Error(
        `The migration ${file.name} was changed after its checksum was written. Restore it; a change of ` +
          'the schema is a new file.',
      );
    }
  }
  return files;
}

function migrationFiles(directory: string): Migration[] {
  let previous = '';
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name), 'utf8');
      previous = createHash('sha256').update(`${previous}\n${name}\n`).update(sql).digest('hex');
      return { name, sql, checksum: previous };
    });
}
