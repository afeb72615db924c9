import { sql } from 'slonik';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ENTRY_STATES } from '../law/states.ts';
import { ENTRY_KINDS } from '../law/values.ts';
import type { Written } from '../ledger/envelope/transaction.ts';
import type { Writes } from '../ledger/envelope/writes.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import type { ColumnValues, PreviewRows } from '../reading/preview.ts';
import type { WrittenAnswer } from '../schema/written.ts';
import { timeText } from '../text/time-sql.ts';

/** A verb's answer as its success type resolves it: what every success carries, beside the verb's own values. */
export type Success<T> = WrittenAnswer & T & { readonly previewRows: PreviewRows | null };

const NOUN_OF: Readonly<Record<string, NounName>> = {
  decision_backlog_entry: 'Entry',
  decision_backlog_history: 'History',
  decision_backlog_dependency: 'Dependency',
  decision_backlog_sweep_log: 'Sweep',
  manifest_envelope: 'Manifest',
  manifest_unit_block: 'UnitBlock',
  review_decision: 'ReviewDecision',
  cut_change_set: 'ChangeSet',
  cut_change_set_affected_row: 'AffectedRow',
  dot_pair_signature: 'Signature',
  verify_result: 'VerifyResult',
  'cutter_source.source': 'Source',
  'cutter_source.review_comment': 'Comment',
  'cutter_source.comment_resolution': 'CommentResolution',
};

/** Makes the success of what a phase gave back. Asking for its position waits for the integrator. */
export async function successOf<T extends object>(
  context: Context,
  written: Written<T>,
): Promise<Success<T>> {
  const { preview, recordId, ...answer } = written;
  return {
    ...(answer as unknown as T & Pick<WrittenAnswer, 'replayed' | 'dryRun' | 'rows'>),
    position: () =>
      written.dryRun || recordId === null ? Promise.resolve(null) : context.feed.waitForPosition(recordId),
    previewRows: preview === null ? null : await previewRows(context, preview),
  };
}

async function previewRows(context: Context, writes: Writes): Promise<PreviewRows> {
  const rows: Partial<Record<NounName, readonly ColumnValues[]>> = {};
  for (const [table, inserted] of writes.preview) {
    const noun = NOUN_OF[table];
    if (noun !== undefined) rows[noun] = inserted;
  }
  const moved = writes.updates.filter((update) => update.table === 'decision_backlog_entry');
  const standing = await entriesNow(
    context,
    moved.map((update) => update.id),
  );
  const changed = moved.map((update) => ({ ...standing.get(update.id), ...update.columns }));
  rows.Entry = [...(rows.Entry ?? []), ...changed];
  return rows;
}

const entryRow = z.object({
  entry_id: z.string(),
  kind: z.enum(ENTRY_KINDS),
  status: z.enum(ENTRY_STATES),
  emitted_at: z.string(),
  scenario_ref: z.string().nullish(),
});

/** The entries that a dry run would move, as they are now. */
async function entriesNow(
  context: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ColumnValues>> {
  if (ids.length === 0) return new Map();
  const rows = await context.observe.any(sql.prepared('preview.entries', entryRow)`
    /* preview.entries */ select entry_id, kind, status,
      ${timeText(sql.fragment`emitted_at`)} as emitted_at
    from cutter_governance.v_decision_backlog_entry_observe where entry_id = any(${sql.array(ids, 'uuid')})`);
  return new Map(rows.map((row) => [row.entry_id, row]));
}
