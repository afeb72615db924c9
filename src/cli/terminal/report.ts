/** What a phase did: what it did, by which lane, what it wrote, its position in the log, when and how long. */

import stringWidth from 'string-width';
import type { EntryStatus } from '../../client/generated/graphql.ts';
import { COLUMNS, fittedText, paddedText } from './columns.ts';

/** A status as the documentation writes it. */
export function shownStatus(status: EntryStatus): string {
  return status.toLowerCase();
}

interface Written {
  readonly replayed: boolean;
  readonly position: string | null;
  readonly rows: readonly { readonly table: string; readonly inserted: number; readonly updated: number }[];
}

export interface PhaseLine {
  readonly phase: string;
  readonly lane: 'DOT-991' | 'DOT-992';
  /** The status that the entry has after it; of a document its code. */
  readonly outcome: string;
  readonly written: Written;
  readonly at: Date;
  readonly elapsedMs: number;
}

/** Tables by the words of the glossary. */
const WORDS: Readonly<Record<string, string>> = {
  source: 'source',
  decision_backlog_entry: 'entry',
  decision_backlog_history: 'history',
  decision_backlog_dependency: 'dependency',
  decision_backlog_sweep_log: 'sweep log',
  manifest_envelope: 'envelope',
  manifest_unit_block: 'unit block',
  review_decision: 'decision',
  cut_change_set: 'change set',
  cut_change_set_affected_row: 'affected row',
  dot_pair_signature: 'signature',
  verify_result: 'verify result',
  information_unit: 'unit',
  unit_version: 'version',
};

const OUTCOME_COLUMNS = 23;
const INDENT = ' '.repeat(9);
const SEPARATOR = ' · ';

/** A line that fits a terminal, and one below it with the rows. */
export function phaseLine({ phase, lane, outcome, written, at, elapsedMs }: PhaseLine): string {
  const place = `position ${written.position ?? '?'}`;
  const time = `${at.toISOString().slice(11, 19)}Z ${String(Math.round(elapsedMs)).padStart(5)} ms`;
  const shown = paddedText(fittedText(outcome, OUTCOME_COLUMNS), OUTCOME_COLUMNS);
  const whole = shown.endsWith('…') ? `\n${INDENT}${outcome}` : '';
  return `${phase.padEnd(8)} ${lane}  ${shown} ${place.padEnd(13)} ${time}${whole}\n${foldedList(rowsText(written))}`;
}

/** Folded between its members. */
function foldedList(text: string): string {
  const lines = [''];
  for (const [place, word] of text.split(SEPARATOR).entries()) {
    const longer = place === 0 ? word : `${lines.at(-1)}${SEPARATOR}${word}`;
    if (INDENT.length + stringWidth(longer) <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => INDENT + line).join('\n');
}

/** Rows added, by table; a status or an anchor that moves is no row. */
export function rowsText({ replayed, rows }: Pick<Written, 'replayed' | 'rows'>): string {
  if (replayed) return 'written before, by an earlier call with this key';
  const added = rows.filter((row) => row.inserted > 0);
  const anchors = rows.find((row) => bareTable(row.table) === 'information_unit')?.updated ?? 0;
  const words = added.map(({ table, inserted }) => countedWord(inserted, WORDS[bareTable(table)] ?? table));
  if (anchors > 0) words.push(`${anchors} anchored`);
  return words.length === 0 ? 'no rows' : words.join(SEPARATOR);
}

/** The table's name without its schema. */
const bareTable = (table: string) => table.slice(table.lastIndexOf('.') + 1);

export function countedWord(count: number, word: string, plural = 's'): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 || word.endsWith('history') ? '' : plural}`;
}
