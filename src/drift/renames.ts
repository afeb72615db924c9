import type { ShapePart } from './shape.ts';

/** Something that is there under another name: its content would be lost if it were dropped and made again. */
export interface Rename {
  readonly kind: string;
  readonly name: string;
  readonly from: string;
  /** The statement that gives it its name back. */
  readonly statement: string;
}

/** What was renamed, and the parts of the database under the names that the ledger has for them. */
export function undoRenames(
  ratified: readonly ShapePart[],
  live: readonly ShapePart[],
): { readonly renames: readonly Rename[]; readonly parts: readonly ShapePart[] } {
  const renames: Rename[] = [];
  let parts = live;
  // Parts of a relation or column are known by its name, so that it gets its own name back first.
  for (const kind of ['relation', 'column', 'constraint', 'index', 'policy', 'function'])
    for (const rename of renamesOf(kind, ratified, parts)) {
      renames.push(rename);
      parts = renamedParts(parts, rename);
    }
  return { renames, parts };
}

function renamesOf(kind: string, ratified: readonly ShapePart[], parts: readonly ShapePart[]): Rename[] {
  const gone = withoutPartner(kind, ratified, parts);
  const extra = withoutPartner(kind, parts, ratified);
  if (gone.length === 0 || extra.length === 0) return [];
  const free = extra.map((part) => ({ part, form: formOf(part, parts) }));
  return gone.flatMap((part) => {
    const form = formOf(part, ratified);
    const at = free.findIndex((other) => other.form === form);
    const [found] = at < 0 ? [] : free.splice(at, 1);
    if (found === undefined) return [];
    const { name: from } = found.part;
    return [{ kind, name: part.name, from, statement: renameStatement(kind, from, part) }];
  });
}

function withoutPartner(
  kind: string,
  parts: readonly ShapePart[],
  others: readonly ShapePart[],
): ShapePart[] {
  const known = new Set(others.filter((each) => each.kind === kind).map(({ name }) => name));
  return parts.filter((each) => each.kind === kind && !known.has(each.name));
}

/** What a part is without its name: two of the same form in one place are taken for one thing. */
function formOf(part: ShapePart, parts: readonly ShapePart[]): string {
  const { kind, name, on, value } = part;
  // The definitions of these have their own name in them.
  const anonymous = (text: string) =>
    SELF_NAMED.has(kind) ? text.replaceAll(name, '…').replaceAll(bareName(part), '…') : text;
  if (kind !== 'relation') return JSON.stringify([on, placeOf(name), anonymous(value)]);
  const columns = parts.filter((each) => each.kind === 'column' && each.on === name);
  const listed = columns.map((each) => [each.name.slice(name.length), each.value]);
  return JSON.stringify([placeOf(name), anonymous(value), listed]);
}

const SELF_NAMED = new Set(['relation', 'index', 'function']);

/** The schema of a relation, index or function. */
const placeOf = (name: string): string => (name.includes(' on ') ? '' : (name.split('.')[0] as string));

/** The name alone: without schema, table and arguments. */
function bareName({ kind, name, on }: Pick<ShapePart, 'kind' | 'name' | 'on'>): string {
  if (kind === 'column') return name.slice(on.length + 1);
  if (kind === 'constraint' || kind === 'policy') return name.slice(0, name.length - ` on ${on}`.length);
  return name.replace(/\(.*$/s, '').slice(placeOf(name).length + 1);
}

function renameStatement(kind: string, from: string, part: ShapePart): string {
  const to = bareName(part);
  const was = bareName({ ...part, name: from });
  if (kind === 'column' || kind === 'constraint')
    return `alter table ${part.on} rename ${kind} ${was} to ${to}`;
  if (kind === 'policy') return `alter policy ${was} on ${part.on} rename to ${to}`;
  const word = kind === 'relation' ? part.value.replace('partitioned ', '').split(' ')[0] : kind;
  return `alter ${word} ${from} rename to ${to}`;
}

/** The parts as they would be after a renaming. */
function renamedParts(parts: readonly ShapePart[], { kind, name, from }: Rename): readonly ShapePart[] {
  if (kind === 'column') {
    const table = name.slice(0, name.lastIndexOf('.'));
    const [was, is] = [from.slice(table.length + 1), name.slice(table.length + 1)];
    const word = new RegExp(`(?<![\\w.])${RegExp.escape(was)}(?!\\w)`, 'g');
    const mentions = ({ name: own, on, value }: ShapePart) =>
      [own, on, value].some((text) => text.includes(table));
    // A view goes on calling what it shows by its old name: "altered AS name".
    const put = (text: string) =>
      text
        .replaceAll(from, name)
        .replace(word, is)
        .replaceAll(`${is} AS ${is}`, is)
        .replaceAll(`.${was} AS ${is}`, `.${is}`);
    return parts.map((part) => (mentions(part) ? replacedIn(part, put) : part));
  }
  // So it does with tables: "cutter_log.altered name".
  const own = name.slice(placeOf(name).length + 1);
  return parts.map((part) =>
    replacedIn(part, (text) => text.replaceAll(from, name).replaceAll(`${name} ${own}`, name)),
  );
}

function replacedIn(part: ShapePart, put: (text: string) => string): ShapePart {
  const { name, on, value, unmake } = part;
  return {
    ...part,
    name: put(name),
    on: put(on),
    value: put(value),
    unmake: unmake === null ? null : put(unmake),
  };
}
