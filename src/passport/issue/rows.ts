import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { jsonRows } from '../../ledger/envelope/reading.ts';
import { AFFECTED_ROW, CHANGE_SET } from '../../ledger/tables/change-set.ts';
import { ENTRY } from '../../ledger/tables/entry.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK } from '../../ledger/tables/manifest.ts';
import { REVIEW_DECISION } from '../../ledger/tables/review-decision.ts';
import { SIGNATURE } from '../../ledger/tables/signature.ts';
import { SOURCE } from '../../ledger/tables/source.ts';
import { bareKind, type Columns, recordedColumns, type Table } from '../../ledger/tables/table.ts';
import { VERIFY_RESULT } from '../../ledger/tables/verify-result.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { timeText } from '../../text/time-sql.ts';
import { passportText } from '../format.ts';

/** A row as its record digested it: with the values that it was born with. */
export interface BirthRow {
  readonly columns: Readonly<Record<string, PlainJson>>;
  readonly id: string;
  readonly op: 'insert';
  readonly table: string;
}

/** The ids of the rows that a passport shows. */
export interface RowIds {
  readonly source: string;
  readonly entry: string;
  readonly manifest: string;
  readonly decision: string;
  readonly changeSet: string;
  readonly executorSignature: string;
  readonly verifierSignature: string;
  readonly result: string;
  readonly compensation: string | null;
}

/** The rows of each part of a passport that has one at most. */
export type PassportParts = ReadonlyMap<string, readonly BirthRow[]>;

interface Part {
  readonly name: string;
  readonly table: Table<Columns>;
  /** Over a row aliased `r`. */
  readonly where: FragmentSqlToken;
  /** The column that orders the rows of a part that has one for each unit. */
  readonly place?: 'render_order' | 'ordinal';
}

const uuid = (id: string | null) => sql.fragment`${id}::uuid`;

function partsOf(ids: RowIds): Part[] {
  const change = (id: string | null) => sql.fragment`r.change_set_id = ${uuid(id)}`;
  const signature = (id: string) => sql.fragment`r.signature_id = ${uuid(id)}`;
  return [
    { name: 'source', table: SOURCE, where: sql.fragment`r.source_id = ${uuid(ids.source)}` },
    { name: 'entry', table: ENTRY, where: sql.fragment`r.entry_id = ${uuid(ids.entry)}` },
    {
      name: 'envelope',
      table: MANIFEST_ENVELOPE,
      where: sql.fragment`r.envelope_id = ${uuid(ids.manifest)}`,
    },
    {
      name: 'blocks',
      table: MANIFEST_UNIT_BLOCK,
      where: sql.fragment`r.envelope_id = ${uuid(ids.manifest)}`,
      place: 'render_order',
    },
    {
      name: 'decision',
      table: REVIEW_DECISION,
      where: sql.fragment`r.review_decision_id = ${uuid(ids.decision)}`,
    },
    { name: 'changeSet', table: CHANGE_SET, where: change(ids.changeSet) },
    { name: 'affected', table: AFFECTED_ROW, where: change(ids.changeSet), place: 'ordinal' },
    { name: 'executorSignature', table: SIGNATURE, where: signature(ids.executorSignature) },
    { name: 'verifierSignature', table: SIGNATURE, where: signature(ids.verifierSignature) },
    { name: 'result', table: VERIFY_RESULT, where: sql.fragment`r.verify_result_id = ${uuid(ids.result)}` },
    { name: 'compensation', table: CHANGE_SET, where: change(ids.compensation) },
  ] as unknown as Part[];
}

/** A passport has no bytes of the source. */
const LEFT_OUT: Readonly<Record<string, string>> = { [SOURCE.name]: 'content' };

/** Columns that change later, with their value at birth (docs/reference/formats/passport.md). */
const AT_BIRTH: Readonly<Record<string, Readonly<Record<string, PlainJson>>>> = {
  [ENTRY.name]: { status: 'marked' },
  [REVIEW_DECISION.name]: { superseded_by_review_decision_id: null },
  [SIGNATURE.name]: { revoked_at: null, revoked_by: null, revocation_reason: null },
};

function columnSql([name, kind]: readonly [string, Columns[string]]): FragmentSqlToken {
  const column = sql.identifier(['r', name]);
  const isTime = ['now', 'timestamptz'].includes(bareKind(kind));
  const value = isTime ? timeText(sql.fragment`${column}`) : sql.fragment`${column}`;
  return sql.fragment`${value} as ${sql.identifier([name])}`;
}

function columnsSql({ table }: Part): ReturnType<typeof sql.join> {
  const columns = Object.entries(table.columns).filter(([column]) => column !== LEFT_OUT[table.name]);
  return sql.join(columns.map(columnSql), sql.fragment`, `);
}

const tableSql = ({ table }: Part) => sql.identifier(table.name.split('.'));

function partSql(part: Part): FragmentSqlToken {
  return sql.fragment`select ${part.name}::text as part,
    (select row_to_json(c) from (select ${columnsSql(part)}) c) as columns
    from ${tableSql(part)} r where ${part.where}`;
}

const line = z.object({ part: z.string(), columns: z.custom<BirthRow['columns']>() });

/** Reads every row that a passport shows but those of units, in one statement. */
export async function birthRows(
  evidence: Pick<CommonQueryMethods, 'any'>,
  ids: RowIds,
): Promise<PassportParts> {
  const parts = partsOf(ids).filter(({ place }) => place === undefined);
  const lines = await evidence.any(sql.type(line)`/* passport.rows */
    ${sql.join(parts.map(partSql), sql.fragment` union all `)}`);
  const tables = new Map(parts.map(({ name, table }) => [name, table]));
  const found = new Map<string, BirthRow[]>(parts.map(({ name }) => [name, []]));
  for (const { part, columns } of lines)
    found.get(part)?.push(birthRow(tables.get(part) as Table<Columns>, columns));
  return found;
}

/** Places of one page: both sides are done with one in some 20 ms. */
const PAGE_PLACES = 500;

const pageRow = z.object({ rows: jsonRows<BirthRow['columns']>(), next: z.int().nullable() });

/** The blocks, or the affected rows, in their order: the canonical text of each page's rows. */
export async function* unitRowTexts(
  evidence: Pick<CommonQueryMethods, 'one'>,
  ids: RowIds,
  name: 'blocks' | 'affected',
): AsyncGenerator<string, void> {
  const part = partsOf(ids).find((one) => one.name === name) as Part;
  const place = sql.identifier(['r', part.place as string]);
  // By ranges of places: a limit would have PostgreSQL choose an order, by statistics that know nothing of a new cut.
  for (let from: number | null = 0; from !== null; ) {
    const until: number = from + PAGE_PLACES;
    const page: z.infer<typeof pageRow> = await evidence.one(sql.type(pageRow)`/* passport.page */
      select coalesce(json_agg((select row_to_json(c) from (select ${columnsSql(part)}) c) order by ${place}),
          '[]') as rows,
        (select min(${place}) from ${tableSql(part)} r where ${part.where} and ${place} >= ${until}) as next
      from ${tableSql(part)} r
      where ${part.where} and ${place} >= ${from} and ${place} < ${until}`);
    from = page.next;
    if (page.rows.length === 0) continue;
    yield page.rows
      .map((columns) => passportText(birthRow(part.table, columns) as unknown as PlainJson))
      .join();
  }
}

function birthRow(table: Table<Columns>, columns: BirthRow['columns']): BirthRow {
  const { name, key } = table;
  return {
    columns: { ...recordedColumns(table, columns), ...AT_BIRTH[name] },
    id: key.map((column) => String(columns[column])).join('/'),
    op: 'insert',
    table: name.replace('cutter_governance.', ''),
  };
}
