import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHAPE, SHAPE_VALUES } from './shape-sql.ts';

/** A part of the database's shape: a column, a grant, a policy, an attribute of a role. */
export interface ShapePart {
  readonly kind: string;
  /** Which one, among those of its kind. */
  readonly name: string;
  /** What it is. */
  readonly value: string;
  /** The statement that makes it; empty where it comes with what it is of, null where none is known. */
  readonly make: string | null;
  /** The statement that takes it away. */
  readonly unmake: string | null;
  /** The statement that makes it this; null where it is taken away and made again. */
  readonly change: string | null;
  /** The relation, function, column or role that it is of. */
  readonly on: string;
}

/** What a statement is sent through. */
export interface ShapeReader {
  query<Row = ShapePart>(text: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

/** PostgreSQL writes a definition with the schema of each name that this path doesn't find. */
const SEARCH_PATH = 'pg_catalog, pg_temp';

/** The shape of the database as it is now. Any login may read it. */
export async function liveShape(reader: ShapeReader): Promise<readonly ShapePart[]> {
  const { rows: paths } = await reader.query<{ path: string }>(
    `/* drift.path */ select current_setting('search_path') as path`,
    [],
  );
  const { path } = paths[0]!;
  if (path === SEARCH_PATH) return (await reader.query(SHAPE, [...SHAPE_VALUES])).rows;
  await setPath(reader, SEARCH_PATH);
  try {
    return (await reader.query(SHAPE, [...SHAPE_VALUES])).rows;
  } finally {
    await setPath(reader, path);
  }
}

async function setPath(reader: ShapeReader, path: string): Promise<void> {
  await reader.query(`/* drift.path_set */ select set_config('search_path', $1, false)`, [path]);
}

/** Beside the migrations, which together give it. */
const SHAPE_FILE = join(import.meta.dirname, '..', 'database', 'sql', 'shape.jsonl');

/** The shape as all migrations together give it, out of the file that the goldens keep true. */
export function ratifiedShape(): readonly ShapePart[] {
  ratified ??= readShapeFile();
  return ratified;
}

let ratified: readonly ShapePart[] | null = null;

function readShapeFile(): readonly ShapePart[] {
  return readFileSync(SHAPE_FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { make = null, ...part } = JSON.parse(line) as Partial<ShapePart> &
        Pick<ShapePart, 'kind' | 'name' | 'value' | 'on'>;
      return { make, change: make, unmake: null, ...part };
    });
}
