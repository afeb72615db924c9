import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
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

/** The rows of each part of a passport, blocks and affected rows in their order. */
export type PassportParts = ReadonlyMap<string, readonly BirthRow[]>;

interface Part {
  readonly name: string;
  readonly table: Table<Columns>;
  /** Over a row aliased `r`. */
  readonly where: FragmentSqlToken;
  readonly place?: FragmentSqlToken;
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
      place: sql.fragment`r.render_order`,
    },
    {
      name: 'decision',
      table: REVIEW_DECISION,
      where: sql.fragment`r.review_decision_id = ${uuid(ids.decision)}`,
    },
    { name: 'changeSet', table: CHANGE_SET, where: change(ids.changeSet) },
    { name: 'affected', table: AFFECTED_ROW, where: change(ids.changeSet), place: sql.fragment`r.ordinal` },
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

function partSql({ name, table, where, place }: Part): FragmentSqlToken {
  const columns = Object.entries(table.columns).filter(([column]) => column !== LEFT_OUT[table.name]);
  const list = sql.join(columns.map(columnSql), sql.fragment`, `);
  return sql.fragment`select ${name}::text as part, ${place ?? sql.fragment`0`} as place,
    (select row_to_json(c) from (select ${list}) c) as columns
    from ${sql.identifier(table.name.split('.'))} r where ${where}`;
}

const line = z.object({ part: z.string(), columns: z.custom<BirthRow['columns']>() });

/** Reads every row that a passport shows, in one statement. */
export async function birthRows(
  evidence: Pick<CommonQueryMethods, 'any'>,
  ids: RowIds,
): Promise<PassportParts> {
  const parts = partsOf(ids);
  const lines = await evidence.any(sql.type(line)`/* passport.rows */
    ${sql.join(parts.map(partSql), sql.fragment` union all `)} order by part, place`);
  const tables = new Map(parts.map(({ name, table }) => [name, table]));
  const found = new Map<string, BirthRow[]>(parts.map(({ name }) => [name, []]));
  for (const { part, columns } of lines)
    found.get(part)?.push(birthRow(tables.get(part) as Table<Columns>, columns));
  return found;
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
