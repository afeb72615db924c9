import { createHash } from 'node:crypto';
import { type ExecutionResult, execute, type GraphQLError, parse, validate } from 'graphql';
import { type DatabasePool, sql } from 'slonik';
import type { Scope } from '../../src/auth/authority.ts';
import type { Session } from '../../src/auth/session.ts';
import type { Context } from '../../src/context.ts';
import type { ReadPools } from '../../src/database/pools.ts';
import type { Reads } from '../../src/database/reads/read-pool.ts';
import { LANES } from '../../src/law/values.ts';
import type { Noun } from '../../src/reading/nouns/noun.ts';
import { schema } from '../../src/resolvers/index.ts';
import type { TestDatabase } from '../harness/database.ts';

/** The id that `fillLedger` gives to the nth row of a kind. */
export function idOf(kind: string, n: number): string {
  const hex = createHash('md5').update(`${kind}${n}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const digestOf = (n: number): string =>
  `sha256:${createHash('sha256').update(String(n)).digest('hex')}`;

const id = (kind: string, n = 'n') => `md5('${kind}' || ${n})::uuid`;
const digest = `'sha256:' || encode(sha256(n::text::bytea), 'hex')`;

/** The places of all that is in the log, as the integrator gives them. */
const PLACES = `insert into cutter_log.row_place (noun, position, ordinal, row_id)
  select noun, position, at - 1, row_id from cutter_log.log cross join unnest(row_ids) with ordinality as named (row_id, at)
  join cutter_log.nouns_of((select array_agg(row_id) from cutter_log.log, unnest(row_ids) as row_id)) as known using (row_id)`;

/** The counters as they would be if this history had every move, and escalations one of their own. */
const COUNTED = [
  `update cutter_log.entry_stay s set status = e.status from cutter_governance.decision_backlog_entry e
    where e.entry_id = s.entry_id and s.until_position is null`,
  `insert into cutter_log.entry_stay (position, ordinal, entry_id, kind, status, change_kind, since)
    select p.position, p.ordinal, e.entry_id, e.kind, e.status, 'mark', e.emitted_at
    from cutter_governance.decision_backlog_entry e join cutter_log.row_place p on p.row_id = e.entry_id
    where e.kind = 'escalation'`,
  'truncate cutter_log.status_count',
  `insert into cutter_log.status_count (status, kind, entries)
    select status, kind, count(*) from cutter_log.entry_stay where until_position is null group by 1, 2`,
];

/**
 * `count` entries that went all the way, five to a point in time. Each has 3 history rows, a plan with 3 blocks, a
 * rejected plan before it whose decision was superseded, a cut with 2 affected rows, both signatures and a verdict. Every
 * fifth failed: with its compensation, and an escalation entry. Every one but the last blocks the next.
 */
export async function fillLedger({ superuser }: TestDatabase, count: number): Promise<void> {
  const at = `timestamptz '2026-03-01 09:00:00.000001+00' + (n / 5) * interval '1 second'`;
  const each = `from generate_series(1, ${count}) n`;
  const failed = `${each} where n % 5 = 0`;
  const signature = (
    kind: string,
    lane: string,
    ofKind: string,
    ofChange: string,
    ofResult: string,
    prior: string,
  ) =>
    `insert into cutter_governance.dot_pair_signature
       select ${id(`sig:${ofKind}:`)}, '${kind}', '${lane}', 'r1', 'bytes', '{}', 'h', ${ofChange}, ${ofResult}, ${prior}, 'valid', ${at} ${each}`;
  const changeSet = (kind: string, state: string, rows: number, compensates: string, from: string) =>
    `insert into cutter_governance.cut_change_set
       select ${id(`${kind}:`)}, '${kind}:' || n, '${kind}:' || n, ${id('envelope:')}, ${digest}, ${id('decision:')}, ${id('entry:')},
         ${id('sig:cut:')}, null, 'r1', 'pending', null, '${state}', 'standard', '{}', 'executor', ${at}, null, null, null, '${kind}', ${compensates}, ${rows}, ${digest} ${from}`;
  const statements = [
    `insert into cutter_governance.decision_backlog_entry
       select ${id('entry:')}, 'cut_request', case when n % 5 = 0 then 'verify_failed_escalated' else 'verified_complete' end, '{}', ${at}, null ${each}`,
    `insert into cutter_governance.decision_backlog_entry
       select ${id('escalation:')}, 'escalation', 'marked', '{}', ${at}, null ${failed}`,
    `insert into cutter_governance.decision_backlog_history
       select md5('history:' || n || ':' || k)::uuid, ${id('entry:')}, case k when 1 then null else 'marked' end,
         case k when 1 then 'marked' when 2 then 'review_pending' else 'reviewed_approved' end,
         case k when 1 then 'mark' when 2 then 'sweep_promote' else 'review:approve' end, null, 'marker', ${at}, null
       ${each}, generate_series(1, 3) k`,
    `insert into cutter_governance.decision_backlog_dependency
       select ${id('dependency:')}, ${id('entry:')}, ${id('entry:', '(n + 1)')}, 'blocks', 'marker', ${at} ${each} where n < ${count}`,
    `insert into cutter_governance.decision_backlog_sweep_log
       select ${id('sweep:')}, 'manual', 'marker', ${at}, 100, null, 5, 5, ${id('entry:')}, null ${failed}`,
    ...['rejected', 'envelope'].map(
      (kind) => `insert into cutter_governance.manifest_envelope
       select ${id(`${kind}:`)}, 'first_cut', 'under_review', ${id('entry:')}::text, null, null, 'reviewer', ${at}, 'reviewer', ${at}, null, null ${each}`,
    ),
    `insert into cutter_governance.manifest_unit_block
       select ${id('envelope:')}, 'u' || k, 'result', '{}', k, md5('unit:' || n || ':' || k)::uuid, 'doc/' || n || '/' || k, null, null, null, null, null, ${at}
       ${each}, generate_series(1, 3) k`,
    `insert into cutter_governance.review_decision
       select ${id('decision:')}, 'manifest_review', ${id('envelope:')}, ${digest}, null, 'whole_manifest', 'recorded', 'approve', '{}', 'person', 'x', null,
         'standard', ${at}, 'reviewer', false, null, 'v1', null, null, null, null, null, ${at}, ${at} ${each}`,
    `insert into cutter_governance.review_decision
       select ${id('superseded:')}, 'manifest_review', ${id('rejected:')}, ${digest}, null, 'whole_manifest', 'recorded', 'approve', '{}', 'person', 'x', null,
         'standard', ${at}, 'reviewer', false, null, 'v1', null, ${id('decision:')}, null, null, null, ${at}, ${at} ${each}`,
    `update cutter_governance.review_decision d set prior_review_decision_id = s.review_decision_id
       from cutter_governance.review_decision s where s.superseded_by_review_decision_id = d.review_decision_id`,
    signature('executor', 'DOT-991', 'cut', id('cut:'), 'null', 'null'),
    signature('verifier', 'DOT-992', 'verify', 'null', id('result:'), id('sig:cut:')),
    changeSet('cut', 'applied', 2, 'null', each),
    changeSet('compensation', 'applied', 0, id('cut:'), failed),
    `insert into cutter_governance.cut_change_set_affected_row
       select md5('affected:' || n || ':' || k)::uuid, ${id('cut:')}, k - 1, 'insert', 'public.unit_version', 'row', null, null ${each}, generate_series(1, 2) k`,
    `insert into cutter_governance.verify_result
       select ${id('result:')}, ${id('cut:')}, ${id('envelope:')}, ${digest}, ${id('decision:')}, ${id('sig:cut:')}, ${id('sig:verify:')}, 'r1', 'r1', true,
         'post_cut', case when n % 5 = 0 then 'fail' else 'pass' end, 'pass', case when n % 5 = 0 then 'fail' else 'pass' end, 'final', 'canon-md-v0.1.0',
         case when n % 5 = 0 then ${id('compensation:')} end, case when n % 5 = 0 then ${id('escalation:')} end, null, '{}', null, null, 'verifier', ${at}, ${digest}, 2 ${each}`,
    `insert into cutter_governance.canonical_address_alias
       select ${id('alias:')}, md5('unit:' || n || ':1')::uuid, 'old/' || n, 'former', ${at}, null, 'marker', null, null ${failed}`,
    `insert into cutter_log.log
       select 5 * (n - 1), ${id('record:mark:')}, 'h', array[${id('entry:')}, md5('history:' || n || ':1')::uuid] ${each}`,
    `insert into cutter_log.log
       select 5 * (n - 1) + 1, ${id('record:review:')}, 'h', array[${id('envelope:')}, ${id('decision:')}, md5('history:' || n || ':3')::uuid] ${each}`,
    `insert into cutter_log.log
       select 5 * (n - 1) + 2, ${id('record:cut:')}, 'h', array[${id('sig:cut:')}, ${id('cut:')}] ${each}`,
    `insert into cutter_log.log
       select 5 * (n - 1) + 3, ${id('record:verify:')}, 'h', array[${id('sig:verify:')}, ${id('result:')}] ${each}`,
    `insert into cutter_log.log
       select 5 * (n - 1) + 4, ${id('record:more:')}, 'h', array[${id('rejected:')}, ${id('superseded:')}]
         || case when n < ${count} then array[${id('dependency:')}] else '{}' end
         || case when n % 5 = 0 then array[${id('escalation:')}, ${id('compensation:')}, ${id('sweep:')}] else '{}' end ${each}`,
    PLACES,
    `update cutter_log.head set next_position = ${5 * count}`,
    'analyze',
    'select cutter_log.count_moves()',
    ...COUNTED,
  ];
  for (const statement of statements) await superuser.query(statement);
}

export function session(...scopes: Scope[]): Session {
  return {
    tokenId: idOf('token', 1),
    principalId: idOf('principal', 1),
    personId: idOf('person', 1),
    name: 'Reader',
    kind: 'person',
    scopes: new Set(scopes),
    entryIds: null,
    manifestDigest: null,
    mode: 'rehearsal',
    expiresAt: '2027-01-01T00:00:00.000000Z',
  };
}

/** The fields of a noun's columns, without those of a source's bytes: few of these are given at once. */
export function columnsOf({ columns }: Noun): string[] {
  return [...columns].flatMap(([field, { codec }]) =>
    codec === 'base64' || codec === 'utf8' ? [] : [field],
  );
}

/** What is read through this pool, or this connection of one, by slonik. */
function readsThrough(pool: Pick<DatabasePool, 'query'>): Reads {
  return {
    async ask({ name, sql: text, values }) {
      const token = { ...sql.unsafe``, ...(name === null ? {} : { name }), sql: text, values };
      const { rows } = await pool.query(token as typeof token & { values: never[] });
      return rows.map((row) =>
        Object.values(row as object).map((cell) => (cell === null ? null : Buffer.from(String(cell)))),
      );
    },
  };
}

/** A context that reads through these pools, or all through one. Queries touch neither the verbs nor the feed. */
export function readingContext(
  pools: DatabasePool | Reads | ReadPools,
  caller: Session | null = session('ledger:observe'),
): Context {
  const all = 'query' in pools ? readsThrough(pools) : pools;
  return {
    session: caller,
    ...('query' in pools ? { observe: pools } : {}),
    reads: 'ask' in all ? { observe: all, reader: all, evidence: all, auditor: all } : all,
    audit: () => {},
    ledger: { lanes: new Set(LANES) },
  } as unknown as Context;
}

/** A caller who may read everything. */
export const READS_ALL = session('ledger:observe', 'document:read', 'ledger:evidence', 'audit:read');

/** Executes a document as the server would, without its doors. */
export async function ask(context: Context, source: string, variables: Record<string, unknown> = {}) {
  const document = parse(source);
  const faults = validate(schema, document);
  if (faults.length > 0) throw faults[0];
  return (await execute({
    schema,
    document,
    contextValue: context,
    variableValues: variables,
  })) as ExecutionResult;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests' own expectations
export type Answer = any;

/** The data of an answer without errors, as plain JSON. */
export async function read(
  context: Context,
  source: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  const { data, errors } = await ask(context, source, variables);
  if (errors) throw (errors[0] as GraphQLError).originalError ?? errors[0];
  return JSON.parse(JSON.stringify(data));
}

/** The first error of an answer: its code and message. */
export async function refused(context: Context, source: string, variables: Record<string, unknown> = {}) {
  const { errors } = await ask(context, source, variables);
  return { code: errors?.[0]?.extensions['code'], message: errors?.[0]?.message ?? '' };
}
