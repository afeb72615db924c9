import type { Client } from 'pg';
import type { FsckFindings, Unseen } from '../finding.ts';
import { KINDS } from '../kinds.ts';

/** What must be unique in a table: columns, or another expression over them. */
export interface UniqueRule {
  readonly table: string;
  /** The column that a finding names; null where it is the key. */
  readonly column: string | null;
  readonly columns: readonly string[];
}

const key = (table: string, ...columns: string[]): UniqueRule => ({ table, column: null, columns });
const once = (table: string, column: string, ...others: string[]): UniqueRule => ({
  table,
  column,
  columns: [...others, column],
});

const G = 'cutter_governance';

/** Every unique index of the checked tables, and what only the program makes unique. */
export const UNIQUE_RULES: readonly UniqueRule[] = [
  ...KINDS.map((kind) => key(kind.table, ...kind.key)),
  once('public.information_unit', 'canonical_address'),
  once('public.unit_version', 'version_seq', 'unit_id'),
  once('cutter_source.source', 'idempotency_key'),
  once('cutter_source.source', 'sha256', 'doc_code'),
  key('cutter_source.vocabulary', 'term_kind', 'term'),
  once('cutter_source.registered_term', 'term', 'term_kind'),
  once('cutter_source.profile', 'idempotency_key'),
  once('cutter_source.profile', 'version', 'name'),
  once('cutter_source.comment_resolution', 'comment_id'),
  once('cutter_auth.person', 'rehearsal', 'person_id'),
  // The hash itself may not be read.
  once('cutter_auth.token', 'token_print'),
  key('cutter_auth.token_use', 'token_id'),
  once('cutter_auth.principal_version', 'version_seq', 'principal_id'),
  once('cutter_auth.token_version', 'version_seq', 'token_id'),
  once('cutter_auth.rules', 'version'),
  once('cutter_auth.cut_approval', 'revocation_id'),
  once(`${G}.cut_change_set`, 'idempotency_key'),
  once(`${G}.cut_change_set`, 'rollback_key'),
  once(`${G}.cut_change_set_affected_row`, 'ordinal', 'change_set_id'),
  once(`${G}.dot_pair_signature`, 'cross_reference_change_set_id'),
  once(`${G}.dot_pair_signature`, 'cross_reference_verify_result_id'),
  once(`${G}.verify_result`, 'verifier_signature_id'),
  { ...once(`${G}.decision_backlog_entry`, 'payload'), columns: ["payload->>'idempotency_key'"] },
  key('cutter_log.log', 'position'),
  once('cutter_log.log', 'record_id'),
  key('cutter_log.pending', 'seq'),
  key('cutter_log.record_part', 'record_id', 'part'),
  key('cutter_log.row_place', 'noun', 'position', 'ordinal'),
  once('cutter_log.row_place', 'row_id', 'noun'),
  key('cutter_log.act', 'position'),
  once('cutter_log.act', 'record_id'),
  key('cutter_log.counted', 'singleton'),
  key('cutter_log.entry_stay', 'position', 'ordinal'),
  key('cutter_log.status_count', 'status', 'kind'),
  key('cutter_log.moves_by_hour', 'hour', 'change_kind'),
  key('cutter_log.waits_by_hour', 'hour', 'phase', 'bucket'),
  key('cutter_log.head', 'singleton'),
  key('cutter_log.tree_head', 'singleton'),
  key('cutter_log.node', 'level', 'idx'),
  key('cutter_log.cosignature', 'lane', 'size'),
  key('cutter_log.witness_cosignature', 'size', 'public_key'),
  key('cutter_log.suspension', 'incarnation'),
  key('cutter_log.resumption', 'incarnation', 'lane'),
];

/** How many values of each rule are named. */
const MOST_NAMED = 100;

const WITHOUT_INDEXES =
  'set local enable_indexscan = off; set local enable_indexonlyscan = off; set local enable_bitmapscan = off';
const WITH_INDEXES =
  'set local enable_indexscan = on; set local enable_indexonlyscan = on; set local enable_bitmapscan = on';

/**
 * Counts again, without indexes, what the database's unique indexes forbid: without its index a value may be there
 * twice, and a broken index hides rows. Where its memory isn't enough, PostgreSQL sorts or hashes on disk.
 */
export async function checkUnique(client: Client, head: number, findings: FsckFindings): Promise<void> {
  await withoutIndexes(client, async () => {
    for (const rule of UNIQUE_RULES) await checkRule(client, rule, head, findings);
  });
}

async function checkRule(
  client: Client,
  rule: UniqueRule,
  head: number,
  findings: FsckFindings,
): Promise<void> {
  const { table, column, columns } = rule;
  const values = columns.map((name) => `(${name})::text`);
  const { rows } = await client.query<{ value: string[]; keys: string[] | null; copies: string }>(
    `/* fsck.unique */ select array[${values.join()}] as value, count(*)::text as copies,
       (array_agg(${keySqlOf(table)}))[1:2] as keys
     from ${table} where ${columns.map((name) => `${name} is not null`).join(' and ')}
     group by ${columns.join()} having count(*) > 1 order by 1 limit ${MOST_NAMED}`,
  );
  for (const { value, keys, copies } of rows) {
    const said = value.join('/');
    const refs = (keys ?? []).map((one) => [table, one] as const);
    const [first, other] = keys ?? [];
    const what = column === null ? 'The key' : `The ${columns.join(', ')}`;
    // A copy in an altered row follows from the alteration.
    findings.derive(column === null ? [] : refs, {
      verdict: 'doubled',
      table,
      key: column === null ? value.join('/') : (other ?? first ?? said),
      column,
      otherKey: column === null ? null : (first ?? null),
      after: null,
      before: head,
      message: `${what} ${said} is there ${copies} times; it must be unique.`,
    });
  }
}

/** The key of a row as findings name it, as SQL. */
function keySqlOf(table: string): string {
  const rule = UNIQUE_RULES.find((one) => one.table === table && one.column === null) as UniqueRule;
  return rule.columns.map((name) => `${name}::text`).join(` || '/' || `);
}

/** How many rows of the log's tables were read by their indexes. */
export interface ReachedRows {
  readonly lines: number;
  readonly parts: number;
}

/** The log is read by its indexes: rows that these don't lead to weren't seen. */
export async function checkReached(
  client: Client,
  reached: ReachedRows,
  findings: FsckFindings,
  unseen: Unseen[],
): Promise<void> {
  // Of rows that are there twice, a page may leave one out.
  if (findings.all.some(({ verdict, table }) => verdict === 'doubled' && table.startsWith('cutter_log.')))
    return;
  const { rows } = await withoutIndexes(client, () =>
    client.query<{ lines: string; parts: string }>(
      `/* fsck.reached */ select
         ((select count(*) from cutter_log.log) + (select count(*) from cutter_log.pending))::text as lines,
         (select count(*) from cutter_log.record_part)::text as parts`,
    ),
  );
  const there = { lines: Number(rows[0]?.lines), parts: Number(rows[0]?.parts) };
  reportUnreached('cutter_log.log', there.lines, reached.lines, unseen);
  reportUnreached('cutter_log.record_part', there.parts, reached.parts, unseen);
}

function reportUnreached(table: string, there: number, reached: number, unseen: Unseen[]): void {
  if (there === reached) return;
  unseen.push({
    table,
    message:
      `${table} has ${there} rows, and its indexes lead to ${reached}. ` +
      `Run "reindex table ${table}" and check again.`,
  });
}

async function withoutIndexes<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query(WITHOUT_INDEXES);
  const result = await work();
  await client.query(WITH_INDEXES);
  return result;
}
