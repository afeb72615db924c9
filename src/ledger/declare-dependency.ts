import { sql } from 'slonik';
import { z } from 'zod';
import { DependencyCycle, IllegalTransition, NotFound, type Problem, problemAt } from '../law/refusals.ts';
import { ENTRY_STATES, wasCut } from '../law/states.ts';
import { DEPENDENCY_KINDS, type DependencyKind } from '../law/values.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { AT } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { DEPENDENCY } from './tables/dependency.ts';
import { lockEntries } from './tables/entry.ts';

export interface DeclareDependencyInput {
  readonly idempotencyKey: string;
  readonly fromEntryId: string;
  readonly toEntryId: string;
  readonly kind: DependencyKind;
}

const lockRow = z.object({ at: z.string() });
const lookRow = z.object({
  from: z.enum(ENTRY_STATES).nullable(),
  to: z.enum(ENTRY_STATES).nullable(),
  closes: z.boolean(),
  first: z
    .object({ by: z.string(), from: z.string(), to: z.string(), kind: z.enum(DEPENDENCY_KINDS) })
    .nullable(),
});

/**
 * DECLARE DEPENDENCY — say how two entries depend: *from* blocks (supersedes, refines, is related to) *to*.
 *
 *     no state moves        lane DOT-991, role cutter_exec
 *
 * Locks    one lock for all declarations · the `to` entry (and `from`, where this lane may)
 * Reads    both entries · the edges between them
 * Writes   1 dependency
 * Refuses  NotFound             one of the entries
 *          IllegalTransition    `blocks` onto an entry that is cut already
 *          DependencyCycle      the edge would close a circle of `blocks`
 *          IdempotencyConflict  the key declared another edge, or another principal used it
 * Replay   same key, edge and principal: the first, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function declareDependency(
  tx: ExecTx<'declareDependency'>,
  input: DeclareDependencyInput,
): Promise<Done<{ dependencyId: string }>> {
  const { at } = await tx.connection.one(sql.prepared('declareDependency.lock', lockRow)`
    /* declareDependency.lock */ with one as materialized (
        select pg_advisory_xact_lock(hashtextextended('cutter:dependencies', 0)) as taken),
      locked as materialized (select l.entry_id from one cross join lateral (
        ${lockEntries([input.fromEntryId, input.toEntryId])}) l)
    select ${AT} as at, (select count(*) from locked) as locked`);
  const look = await lookForDependency(tx, input);
  const value = { dependencyId: tx.ids.dependency };
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by);
    refuseConflict('declared another dependency', [
      ['fromEntryId', look.first.from, input.fromEntryId],
      ['toEntryId', look.first.to, input.toEntryId],
      ['kind', look.first.kind, input.kind],
    ]);
    return { value, writes: null };
  }
  refuseUnknown(input, look);
  // The guard of CUT would be too late: the cut has been made.
  if (input.kind === 'blocks' && look.to !== null && wasCut(look.to)) {
    const message = `Entry ${input.toEntryId} is ${look.to}: it is cut already, so nothing can block it any more.`;
    throw new IllegalTransition(message, [
      problemAt(['input', 'toEntryId'], look.to, message, { entryId: input.toEntryId }),
    ]);
  }
  if (look.closes) {
    const message =
      `Entry ${input.toEntryId} already blocks ${input.fromEntryId}, directly or through others; ` +
      'the new edge would close a circle.';
    throw new DependencyCycle(message, [
      problemAt(['input', 'toEntryId'], 'cycle', message, { entryId: input.toEntryId }),
    ]);
  }
  const row = {
    dependency_id: value.dependencyId,
    from_entry_id: input.fromEntryId,
    to_entry_id: input.toEntryId,
    dependency_kind: input.kind,
    created_by: tx.caller.principalId,
  };
  const { writes, sent } = composeWrites(at, { edge: insertRows(DEPENDENCY, [row]) });
  await tx.connection.query(sql.prepared('declareDependency.write', z.object({}))`
    /* declareDependency.write */ ${sent.edge}`);
  return { value, writes };
}

function lookForDependency(
  tx: ExecTx<'declareDependency'>,
  input: DeclareDependencyInput,
): Promise<z.infer<typeof lookRow>> {
  return tx.connection.one(sql.prepared('declareDependency.look', lookRow)`
    /* declareDependency.look */ with recursive blocked(entry_id) as (
        select ${input.toEntryId}::uuid
      union
        select d.to_entry_id from blocked b
        join cutter_governance.decision_backlog_dependency d
          on d.from_entry_id = b.entry_id and d.dependency_kind = 'blocks')
    select
      (select status from cutter_governance.decision_backlog_entry
        where entry_id = ${input.fromEntryId}::uuid) as "from",
      (select status from cutter_governance.decision_backlog_entry
        where entry_id = ${input.toEntryId}::uuid) as "to",
      ${input.kind} = 'blocks' and exists (select 1 from blocked where entry_id = ${input.fromEntryId}::uuid) as closes,
      (select json_build_object('by', created_by, 'from', from_entry_id, 'to', to_entry_id, 'kind', dependency_kind)
        from cutter_governance.decision_backlog_dependency
        where dependency_id = ${tx.ids.dependency}::uuid) as first`);
}

function refuseUnknown(input: DeclareDependencyInput, look: z.infer<typeof lookRow>): void {
  const problems: Problem[] = [];
  const missing = (field: 'fromEntryId' | 'toEntryId') =>
    problems.push(
      problemAt(['input', field], 'not-found', `There is no entry ${input[field]}.`, {
        entryId: input[field],
      }),
    );
  if (look.from === null) missing('fromEntryId');
  if (look.to === null) missing('toEntryId');
  const [first] = problems;
  if (first !== undefined) throw new NotFound(first.message, problems);
}
