import type { BoundPage } from './bind.ts';
import type { Statement, Value } from './emit.ts';
import type { Past } from './nouns/moment.ts';

/**
 * Statements of a plan that were written before. Their text depends on which arguments are given, and their values are
 * those of the arguments, in one order: so a text is written once for each shape of the arguments, and each call only
 * gathers its values.
 */

/** What a statement is written from, beside its plan. */
export interface Given {
  readonly bound: readonly BoundPage[];
  /** The entries whose rows alone are shown; null: all. */
  readonly reach: { readonly value: readonly string[] } | null;
  readonly past: Past | null;
  /** The columns that rows are looked up by; a list of values looks for as many rows. */
  readonly keys: readonly { readonly column: string; readonly value: Value }[];
}

/** Where a value is in what is given. */
type Path = readonly (string | number)[];

interface Kept {
  readonly sql: string;
  readonly paths: readonly Path[];
}

/** By shape; null where the values are not taken as they are given. */
export type KeptStatements = Map<string, Kept | null>;

const MOST_SHAPES = 64;

/** The statement for what is given: `write` is asked only for a shape that is new. */
export function keepStatement(
  kept: KeptStatements,
  given: Given,
  write: (given: Given) => Statement,
): Statement {
  const shape = shapeOf(given);
  let found = kept.get(shape);
  if (found === undefined) {
    found = writeForShape(given, write);
    if (kept.size >= MOST_SHAPES) kept.clear();
    kept.set(shape, found);
  }
  if (found === null) return write(given);
  return { sql: found.sql, values: found.paths.map((path) => valueAt(given, path)) };
}

/** Under these names are values. All else that is given is part of the shape. */
const VALUES: ReadonlySet<string> = new Set([
  ...['size', 'key', 'value', 'after', 'before', 'incarnation', 'at', 'asOf'],
]);

function shapeOf(given: Given): string {
  // The usual look-up.
  const [key, ...others] = given.keys;
  if (
    key !== undefined &&
    others.length + given.bound.length === 0 &&
    given.past === null &&
    given.reach === null
  )
    return typeof key.value === 'object' ? `list ${key.column}` : key.column;
  return JSON.stringify(given, (name, value: unknown) => {
    if (!VALUES.has(name) || value === null) return value;
    if (Array.isArray(value)) return name === 'key' ? value.length : 'list';
    return typeof value === 'object' ? value : 'value';
  });
}

/** In the place of a value while a text is written. A text that depends on a value is wrong for all others. */
class Slot {
  readonly path: Path;

  constructor(path: Path) {
    this.path = path;
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('A statement was to depend on a value.');
  }
}

function writeForShape(given: Given, write: (given: Given) => Statement): Kept | null {
  const lists = new Map<unknown, Path>();
  try {
    const { sql, values } = write(slotsOf(given, [], lists) as Given);
    const paths = values.map((value: unknown) => (value instanceof Slot ? value.path : lists.get(value)));
    return paths.every((path) => path !== undefined) ? { sql, paths } : null;
  } catch {
    return null; // written with the values themselves, it fails again if it has to
  }
}

/** The same with a slot in the place of each value, and an empty list of its own for each list. */
function slotsOf(given: unknown, path: Path, lists: Map<unknown, Path>): unknown {
  const name = path.findLast((step) => typeof step === 'string');
  const isValue = name !== undefined && VALUES.has(name);
  if (Array.isArray(given) && isValue && name !== 'key') {
    const list: never[] = [];
    lists.set(list, path);
    return list;
  }
  if (Array.isArray(given)) return given.map((one, at) => slotsOf(one, [...path, at], lists));
  if (typeof given !== 'object' || given === null) return isValue && given !== null ? new Slot(path) : given;
  // A rule is a part of the noun.
  const entries = Object.entries(given).map(([key, value]) => [
    key,
    key === 'rule' ? value : slotsOf(value, [...path, key], lists),
  ]);
  return Object.fromEntries(entries);
}

function valueAt(given: Given, path: Path): Value {
  return path.reduce(
    (value: unknown, step) => (value as Record<string | number, unknown>)[step],
    given,
  ) as Value;
}
