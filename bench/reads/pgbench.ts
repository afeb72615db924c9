/** PostgreSQL's own load generator, which sends one prepared statement over and over. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const HOW_TO_GET_IT =
  'pgbench is not on the PATH. It comes with PostgreSQL, not with the embedded one: on Debian, install ' +
  'postgresql-contrib; on macOS, brew install postgresql. Until then the figures beside it are left out.';

export const hasPgbench = (): boolean => spawnSync('pgbench', ['--version']).status === 0;

export interface PgbenchRun {
  readonly url: string;
  /** Of row `:n`. */
  readonly sql: string;
  readonly most: number;
  readonly width: number;
  readonly seconds: number;
  /** Where the script is written. */
  readonly folder: string;
}

/** Statements a second. */
export async function pgbenchPerSecond({
  url,
  sql,
  most,
  width,
  seconds,
  folder,
}: PgbenchRun): Promise<number> {
  const script = join(folder, 'read.sql');
  writeFileSync(script, `\\set n random(1, ${most})\n${sql.replaceAll(/\s*\n\s*/g, ' ')};\n`);
  const options = [
    '-n',
    '-M',
    'prepared',
    '-c',
    width,
    '-j',
    Math.min(width, 2),
    '-T',
    seconds,
    '-f',
    script,
    url,
  ];
  const { stdout } = await promisify(execFile)('pgbench', options.map(String));
  const found = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`pgbench said: ${stdout}`);
  return Number(found);
}
