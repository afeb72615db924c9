import { type Rename, undoRenames } from './renames.ts';
import type { ShapePart } from './shape.ts';
import { PUBLIC_RELATIONS, THROUGH_PUBLIC } from './shape-sql.ts';

/** A statement, and its place among those that mend other parts. */
interface Mend {
  readonly order: number;
  readonly statement: string;
}

/** The statements that mend all of them, in the order in which they can be run. */
export function mendingStatements(divergences: readonly Divergence[]): readonly string[] {
  const all = divergences.flatMap(({ mend }) => mend).toSorted((a, b) => a.order - b.order);
  return [...new Set(all.map(({ statement }) => statement))];
}

/** A part of the database that isn't as the migrations made it. */
export interface Divergence {
  readonly kind: string;
  readonly name: string;
  /** What the migrations made; null where they made none. */
  readonly expected: string | null;
  /** What is there; null where it is gone. */
  readonly found: string | null;
  /** The statements that mend it, for the owner or a superuser. Empty where none is known. */
  readonly mend: readonly Mend[];
  readonly message: string;
}

/**
 * What differs between the shape that the migrations made and that of the database. What belongs to something that is
 * gone, or that nobody ratified, isn't named apart.
 * @param owner the role that owns the ledger, quoted
 * @param database the database's name, quoted
 */
export function divergencesOf(
  ratified: readonly ShapePart[],
  live: readonly ShapePart[],
  { owner, database }: { readonly owner: string; readonly database: string },
): readonly Divergence[] {
  const { renames, parts: all } = undoRenames(ratified, live);
  const parts = all.flatMap(withoutOthers).filter(({ value }) => value !== THROUGH_PUBLIC);
  const open = new Set(all.filter(({ value }) => value === THROUGH_PUBLIC).map(keyOf));
  const orders = new Map(ratified.map((part, at) => [part, at]));
  const orderOf = (part: ShapePart) => orders.get(part) ?? TOO_MUCH;
  const wanted = new Map(ratified.map((part) => [keyOf(part), part]));
  const found = new Map(parts.map((part) => [keyOf(part), part]));
  const gone = new Set([...wanted].filter(([key]) => !found.has(key)).map(([, part]) => placeOf(part)));
  const extra = new Set([...found].filter(([key]) => !wanted.has(key)).map(([, part]) => placeOf(part)));
  const named = (text: string) => text.replaceAll('$owner', owner).replaceAll('$database', database);
  const divergences: Divergence[] = renames.map(renamedDivergence);
  // What is too much goes first: it may hold a name that is needed.
  for (const [key, part] of found)
    if (!wanted.has(key) && !extra.has(part.on)) divergences.push(extraDivergence(part));
  for (const [key, part] of wanted) {
    if (gone.has(part.on)) continue;
    const now = found.get(key);
    if (now === undefined && open.has(key)) continue;
    if (now === undefined) divergences.push(goneDivergence(part, partsOf(part, ratified), orderOf));
    else if (meaningOf(now) !== meaningOf(part))
      divergences.push(changedDivergence(part, now, orderOf(part)));
  }
  return divergences.map((one) => ({
    ...one,
    name: named(one.name),
    expected: one.expected === null ? null : named(one.expected),
    found: one.found === null ? null : named(one.found),
    mend: one.mend.map(({ order, statement }) => ({ order, statement: named(statement) })),
    message: named(one.message),
  }));
}

const PUBLIC_NAMES = new Set(PUBLIC_RELATIONS.map((name) => `public.${name}`));

/** Of somebody else's relation in `public` nothing is the ledger's affair but what its own logins may do with it. */
function withoutOthers(part: ShapePart): ShapePart[] {
  const { kind, name, on } = part;
  const relation = /^public\.[^.]+/.exec(PLACES.has(kind) && on === '' ? name : on)?.[0];
  if (relation === undefined || PUBLIC_NAMES.has(relation)) return [part];
  return kind === 'grant' && / to cutter_\w+$/.test(name) ? [{ ...part, on: '' }] : [];
}

/**
 * The value as it is compared. In a later part of a UNION PostgreSQL writes the name that a column gets by its cast, or
 * doesn't, by how the view was made.
 */
function meaningOf({ kind, value }: ShapePart): string {
  return kind === 'relation' ? value.replace(/::(\w+) AS \1\b/g, '::$1') : value;
}

const keyOf = ({ kind, name }: ShapePart): string => `${kind} ${name}`;

/** What other parts may be of: relations, functions, columns and roles have names that nothing else has. */
const PLACES = new Set(['relation', 'function', 'column', 'role']);
const placeOf = ({ kind, name }: ShapePart): string | null => (PLACES.has(kind) ? name : null);

const HOLDS_ROWS = new Set(['table', 'partitioned table']);

/** Everything that is of a part, of its columns too, in the order in which it is made. */
function partsOf(part: ShapePart, ratified: readonly ShapePart[]): readonly ShapePart[] {
  const place = placeOf(part);
  if (place === null) return [];
  const places = new Set([place]);
  return ratified.filter((each) => {
    if (!places.has(each.on)) return false;
    const own = placeOf(each);
    if (own !== null) places.add(own);
    return true;
  });
}

/** What has another name gets its own first; then what is too much goes: it may hold a name that is needed. */
const RENAMED = -2;
const TOO_MUCH = -1;

function renamedDivergence({ kind, name, from, statement }: Rename): Divergence {
  const mend = [{ order: RENAMED, statement }];
  const message = `${titleOf({ kind, name })} has the name ${from}.${mendText(mend)}`;
  return { kind, name, expected: name, found: from, mend, message };
}

function goneDivergence(
  part: ShapePart,
  parts: readonly ShapePart[],
  orderOf: (part: ShapePart) => number,
): Divergence {
  const mend = [part, ...parts].flatMap((each) =>
    mendOf(orderOf(each), each.make === '' ? changeOf(each) : each.make),
  );
  const loss =
    HOLDS_ROWS.has(part.value) || part.kind === 'column' ? ' What it held is lost: restore a backup.' : '';
  const message = `${titleOf(part)} is gone. The ledger has it as: ${part.value}.${loss}${mendText(mend)}`;
  return { kind: part.kind, name: part.name, expected: part.value, found: null, mend, message };
}

function changedDivergence(part: ShapePart, now: ShapePart, order: number): Divergence {
  const mend =
    part.change === null
      ? [...mendOf(TOO_MUCH, now.unmake), ...mendOf(order, part.make)]
      : mendOf(order, changeOf(part));
  const message = `${titleOf(part)} is: ${now.value}. The ledger has it as: ${part.value}.${mendText(mend)}`;
  return { kind: part.kind, name: part.name, expected: part.value, found: now.value, mend, message };
}

function extraDivergence(part: ShapePart): Divergence {
  const mend = mendOf(TOO_MUCH, part.unmake);
  const message = `${titleOf(part)} is there: ${part.value}. The ledger has none.${mendText(mend)}`;
  return { kind: part.kind, name: part.name, expected: null, found: part.value, mend, message };
}

/** Attributes of a role and of a sequence are set by their words. */
function changeOf({ kind, change, value }: ShapePart): string | null {
  return kind === 'role' || kind === 'sequence' ? `${change}${value}` : change;
}

function mendOf(order: number, statement: string | null): Mend[] {
  return statement === null || statement === '' ? [] : [{ order, statement }];
}

function titleOf({ kind, name }: Pick<ShapePart, 'kind' | 'name'>): string {
  const title = `${kind} ${name}`;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function mendText(mend: readonly Mend[]): string {
  if (mend.length === 0) return ' Restore the database from a backup.';
  return ` To mend it: ${mend.map(({ statement }) => statement).join('; ')};`;
}
