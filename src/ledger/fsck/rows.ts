import type { Client } from 'pg';
import type { Coverage, Findings, Unseen } from './finding.ts';
import { judgeSuspects } from './judge.ts';
import { KINDS, kindNamed } from './kinds.ts';
import { type BrokenLine, LogLines, PARTS } from './log-lines.ts';
import { judgeLog, logStateOf, orphansOf } from './log-state.ts';
import { eachLine, type LogLine, type ReadRecord } from './records.ts';
import { Sketch } from './sketch.ts';
import { Replay } from './states.ts';
import { gather, type Suspect, suspectsOf } from './suspects.ts';
import { statusDigest, takeRows } from './table-rows.ts';
import { BIRTH, digestWords, element, FINAL, UPDATE } from './words.ts';

/** Cells of the sketch, tried in turn: most ledgers differ in nothing, some in a few rows, a ruined one in very many. */
const SIZES = [1 << 16, 1 << 20];

export interface RowsOptions {
  readonly client: Client;
  readonly head: number;
  readonly findings: Findings;
  readonly coverage: Coverage;
  readonly unseen: Unseen[];
  /** Whether the log's hash at this position is known, from elsewhere, to be wrong (true) or right (false). */
  readonly hashIsWrong?: (position: number) => boolean | null;
}

/**
 * Compares every row with the record that vouches for it. Both sides go through one sketch in a single pass over log and tables;
 * only where something is left of it are records and rows read once more, to name what.
 */
export async function checkRows(options: RowsOptions): Promise<void> {
  for (const size of SIZES) if (await attempt(options, size, size === SIZES.at(-1))) return;
}

async function attempt(options: RowsOptions, size: number, last: boolean): Promise<boolean> {
  const { client, head, findings, coverage, unseen } = options;
  const sketch = new Sketch(size);
  const recorded = KINDS.map(() => 0);
  const trial: Parameters<Findings['derive']>[] = [];
  // What the replay finds is told only once it is known which rows are altered.
  const later = {
    derive: (...args: Parameters<Findings['derive']>) => trial.push(args),
  } as unknown as Findings;
  const replay = new Replay(later, (entryId, status) =>
    sketch.put(element(0, FINAL, entryId, statusDigest(status)), 1),
  );
  const told: Parameters<Findings['add']>[0][] = [];
  const lines = new LogLines(
    { add: (finding: Parameters<Findings['add']>[0]) => told.push(finding) } as unknown as Findings,
    head,
    {
      record(record, line, reliable) {
        putRecord(record, sketch, recorded, unseen);
        if (!reliable) replay.blanks += 1;
        replay.record(record, line.position);
      },
      blank: () => {
        replay.blanks += 1;
      },
    },
  );
  await eachLine(client, (line) => lines.line(line));
  const orphans = await orphansOf(client);
  for (const { orphan } of orphans)
    if (orphan.record !== null) putRecord(orphan.record, sketch, recorded, unseen);
  if (lines.gaps.length > 0 || orphans.length > 0 || lines.next < head) replay.blanks += 1;
  replay.finish();
  const rows = await takeTables(client, sketch, recorded, unseen);
  const differences = sketch.differences();
  if (differences === null && !last) return false;

  Object.assign(coverage, { positions: lines.next, pending: lines.pending, entries: replay.entries, rows });
  for (const finding of told) findings.add(finding);
  if (differences === null) {
    findings.add({
      verdict: 'edited',
      table: 'cutter_governance',
      key: '*',
      column: null,
      after: null,
      before: head,
      message: 'So many rows differ from the log that they can’t be told apart.',
    });
    judgeLog(
      lines,
      orphans.map(({ orphan }) => orphan),
      head,
      () => false,
      findings,
    );
    return true;
  }
  const suspects = await suspectsOf(client, differences);
  if (unseen.length > 0)
    for (const [place, { kind }] of suspects)
      if (unseen.some(({ table }) => table === kind.table)) suspects.delete(place);
  const evidence = await gather(suspects, (each) => everyRecord(client, orphans, each));
  const bodyIsRight = (broken: BrokenLine) => agrees(broken, suspects, options);
  judgeLog(
    lines,
    orphans.map(({ orphan }) => orphan),
    head,
    bodyIsRight,
    findings,
  );
  const broken = lines.broken.filter((line) => line.verdict !== 'hash_mismatch' || !bodyIsRight(line));
  const state = logStateOf(
    { broken, gaps: lines.gaps, next: lines.next, lastAt: lines.lastAt },
    orphans.map(({ orphan }) => orphan),
    head,
    (place) => timeOf(suspects.get(place)),
  );
  judgeSuspects(evidence, state, findings);
  for (const args of trial) findings.derive(...args);
  return true;
}

/** A body that doesn't give its hash is right all the same where its rows stand as it says, unless the log's tree says otherwise. */
function agrees(
  { record, line }: BrokenLine,
  suspects: ReadonlyMap<string, Suspect>,
  options: RowsOptions,
): boolean {
  if (record === null || record.recordId !== line.recordId) return false;
  const known = line.position === null ? null : (options.hashIsWrong?.(line.position) ?? null);
  if (known !== null) return known;
  const ids = new Set(record.rows.map((row) => `${row.table} ${row.id}`));
  for (const { kind, births, standing } of suspects.values()) {
    const id = births[0]?.row.id ?? standing?.id ?? '';
    if (ids.has(`${kind.recorded} ${id}`)) return false;
    if (standing !== null && births.length === 0 && line.rowIds.includes(id)) return false;
  }
  return record.history.every(({ changed_by }) => changed_by === record.principalId);
}

function timeOf(suspect: Suspect | undefined): string | null {
  if (suspect?.standing == null || suspect.kind.time === null) return null;
  return JSON.parse(suspect.standing.values.get(suspect.kind.time) ?? 'null') as string | null;
}

async function everyRecord(
  client: Client,
  orphans: readonly { readonly orphan: { readonly record: ReadRecord | null }; readonly line: LogLine }[],
  each: (record: ReadRecord, line: LogLine, reliable: boolean) => void,
): Promise<void> {
  const lines = new LogLines({ add: () => {} } as unknown as Findings, Number.MAX_SAFE_INTEGER, {
    record: each,
    blank: () => {},
  });
  await eachLine(client, (line) => lines.line(line));
  for (const { orphan, line } of orphans) if (orphan.record !== null) each(orphan.record, line, true);
}

function putRecord(record: ReadRecord, sketch: Sketch, recorded: number[], unseen: Unseen[]): void {
  for (const row of record.rows) {
    const kind = kindNamed(row.table);
    if (kind === undefined) {
      note(unseen, {
        table: PARTS,
        message: `Records speak of ${row.table}, which this version doesn't check.`,
      });
      continue;
    }
    const digest = digestWords(row.digest);
    if (row.op === 'insert') {
      recorded[kind.index] = (recorded[kind.index] as number) + 1;
      sketch.put(element(kind.index, BIRTH, row.id, digest), 1);
    } else if (kind.index !== 0) sketch.put(element(kind.index, UPDATE, row.id, digest), 1);
  }
}

function note(unseen: Unseen[], one: Unseen): void {
  if (!unseen.some(({ message }) => message === one.message)) unseen.push(one);
}

/** Every table once. One that shows nothing where the log says otherwise, or that can't be read, wasn't seen. */
async function takeTables(
  client: Client,
  sketch: Sketch,
  recorded: readonly number[],
  unseen: Unseen[],
): Promise<number> {
  let rows = 0;
  for (const kind of KINDS) {
    if (unseen.some(({ table }) => table === kind.table)) continue;
    const count = await takeRows(client, kind, sketch);
    rows += count;
    if (count === 0 && (recorded[kind.index] as number) > 0)
      note(unseen, {
        table: kind.table,
        message: `${kind.table} shows no row, where the log says that there are ${recorded[kind.index]}.`,
      });
  }
  return rows;
}
