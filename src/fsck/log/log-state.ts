import type { Client } from 'pg';
import { type ReadRecord, readRecord } from '../../law/read-record.ts';
import type { NewFinding, Reporter } from '../finding.ts';
import { copyRows } from '../rows/copy.ts';
import type { LogState } from '../rows/judge.ts';
import { uuidOf } from '../rows/words.ts';
import { type BrokenLine, type Counted, LOG, type LogLines, PARTS } from './log-lines.ts';
import type { LogLine } from './records.ts';

/** A body that no line of the log or of its queue names. */
interface Orphan {
  readonly recordId: string;
  /** Null where the body is gone. */
  readonly hash: string | null;
  /** Which record the body says that it is; null where it can't be read. */
  readonly says: string | null;
}

/** The first bodies without a line, in the order of their ids, and how many there are. */
export interface Orphans {
  readonly kept: readonly Orphan[];
  readonly count: number;
  /** Rows that these bodies are in. */
  readonly parts: number;
}

const MOST_ORPHANS = 10_000;

/**
 * Bodies without a line: what is left where a line was deleted, or what somebody inserted. `each` gets those that can
 * be read.
 */
export async function orphansOf(client: Client, each: (record: ReadRecord) => void): Promise<Orphans> {
  const kept: Orphan[] = [];
  let [count, parts] = [0, 0];
  await copyRows(
    client,
    `select p.record_id, string_agg(p.body, '' order by p.part), count(*) from cutter_log.record_part p
     where not exists (select from cutter_log.log l where l.record_id = p.record_id)
       and not exists (select from cutter_log.pending q where q.record_id = p.record_id)
     group by p.record_id order by p.record_id`,
    ([recordId, body, rows]) => {
      parts += Number(rows);
      const read = body == null ? null : readRecord(Buffer.from(body), '');
      const [hash, record] = read?.verdict === 'hash_mismatch' ? [read.hash, read.record] : [null, null];
      count += 1;
      if (kept.length < MOST_ORPHANS)
        kept.push({ recordId: recordId as string, hash, says: record?.recordId ?? null });
      if (record !== null) each(record);
    },
  );
  return { kept, count, parts };
}

/** A line whose body doesn't give its hash, and which of the two was altered. */
export interface BlamedLine extends BrokenLine {
  readonly blames: 'body' | 'hash' | 'both';
}

export interface JudgedLog {
  readonly lines: Pick<LogLines, 'gaps' | 'next' | 'lastAt' | 'beyond' | 'more'>;
  readonly broken: readonly BlamedLine[];
  readonly orphans: Orphans;
  /** What the log's head says. */
  readonly head: number;
  /** How long the log ever was, by everything in the database. */
  readonly longest: number;
  /** The same by its tree and the cosignatures alone. */
  readonly inTree: number;
}

/** Reports what happened to the log itself: lines deleted, moved or inserted, bodies and hashes altered. */
export function judgeLog(
  { lines, broken, orphans, head, longest, inTree }: JudgedLog,
  findings: Reporter,
): void {
  const left = [...orphans.kept];
  for (const line of broken) judgeBroken(line, left, findings);
  const beyond = [...lines.beyond];
  for (const { at } of lines.gaps) judgeGap(at, beyond.shift(), left, findings);
  for (const line of beyond)
    findings.add({
      verdict: 'inserted',
      table: LOG,
      key: String(line.position),
      column: null,
      after: head - 1,
      before: null,
      message: `The log's positions go from 0 to ${head - 1}, but there is a record at ${line.position}.`,
    });
  let uncounted = orphans.count - orphans.kept.length;
  const headAlone = head > inTree && inTree === lines.next && lines.next > 0 && orphans.count === 0;
  if (headAlone)
    reportHead(
      findings,
      `The log's head says ${head}, but log and tree end before position ${lines.next}: ` +
        'it was altered, or the newest records were deleted with their nodes.',
    );
  else if (lines.next < longest) uncounted = judgeEnd(lines.next, longest, { left, uncounted }, findings);
  else if (lines.next > head)
    reportHead(findings, `The log's head says ${head}, but the log goes to position ${lines.next - 1}.`);
  for (const { recordId } of left)
    findings.add({
      verdict: 'inserted',
      table: PARTS,
      key: `${recordId}/0`,
      column: null,
      after: null,
      before: head,
      message: `No line of the log names the body of record ${recordId}.`,
    });
  judgeMore({ ...lines.more, orphans: uncounted }, head, findings);
}

function reportHead(findings: Reporter, message: string): void {
  findings.add({
    verdict: 'edited',
    table: 'cutter_log.head',
    key: 'true',
    column: 'next_position',
    after: null,
    before: null,
    message,
  });
}

/** Reports faults that are too many to name one by one. */
function judgeMore(more: Counted & { readonly orphans: number }, head: number, findings: Reporter): void {
  const counted = [
    [more.broken, LOG, 'lines of the log don’t agree with their bodies'],
    [more.ids, LOG, 'lines of the log have ids that aren’t those of their bodies'],
    [more.gaps, LOG, 'positions of the log are empty'],
    [more.beyond, LOG, 'records are at positions that the log’s head has not reached'],
    [more.orphans, PARTS, 'bodies have no line in the log'],
  ] as const;
  for (const [count, table, what] of counted) {
    if (count === 0) continue;
    findings.add({
      verdict: 'record-altered',
      table,
      key: '*',
      column: null,
      after: null,
      before: head,
      message: `${count} more ${what}: too many to name one by one.`,
    });
  }
}

type Moved = Pick<LogLine, 'position' | 'recordId'>;

/** An empty position: its line was moved, or deleted with or without its body. */
function judgeGap(at: number, moved: Moved | undefined, orphans: Orphan[], findings: Reporter): void {
  const bounds = { table: LOG, after: at - 1, before: at + 1 };
  if (moved !== undefined) {
    findings.add({
      ...bounds,
      verdict: 'edited',
      key: String(moved.position),
      column: 'position',
      otherKey: String(at),
      message:
        `Record ${moved.recordId} is at position ${moved.position}, which the log doesn't have; ` +
        `position ${at} is empty.`,
    });
    return;
  }
  const orphan = orphans.shift();
  const body = orphan === undefined ? '' : `; a body without a line is that of record ${orphan.recordId}`;
  findings.add({
    ...bounds,
    verdict: 'deleted',
    key: String(at),
    column: null,
    message: `Position ${at} of the log is empty${body}.`,
  });
}

/** Returns how many of the uncounted bodies without a line are left. */
function judgeEnd(
  next: number,
  longest: number,
  { left, uncounted }: { readonly left: Orphan[]; readonly uncounted: number },
  findings: Reporter,
): number {
  const kept = left.splice(0, longest - next).length;
  const more = Math.min(uncounted, longest - next - kept);
  const gone = kept + more;
  const key = next === longest - 1 ? String(next) : `${next}..${longest - 1}`;
  const bodies = gone > 0 ? `; ${gone} of the missing bodies are still there` : '';
  findings.add({
    verdict: 'truncated',
    table: LOG,
    key,
    column: null,
    after: next - 1,
    before: longest,
    message: `The log went up to position ${longest - 1}, but its newest record is at position ${next - 1}${bodies}.`,
  });
  return uncounted - more;
}

function judgeBroken({ line, verdict, blames }: BlamedLine, orphans: Orphan[], findings: Reporter): void {
  const own =
    line.position === null
      ? { table: 'cutter_log.pending', key: line.recordId }
      : { table: LOG, key: String(line.position) };
  const bounds = { after: line.position, before: null };
  const body = { ...bounds, table: PARTS, key: `${line.recordId}/0` };
  const renamed = orphans.findIndex(({ hash }) => hash === line.recordHash);
  if (verdict === 'missing' && renamed >= 0) {
    const [orphan] = orphans.splice(renamed, 1) as [Orphan];
    const isLine = orphan.says !== line.recordId;
    findings.add({
      ...(isLine ? own : { table: PARTS, key: `${orphan.recordId}/0` }),
      ...bounds,
      verdict: 'edited',
      column: 'record_id',
      message: isLine
        ? `The line names record ${line.recordId}, but its hash is that of record ${orphan.recordId}.`
        : `The body of record ${line.recordId} is stored under the id ${orphan.recordId}.`,
    });
  } else if (verdict === 'missing')
    findings.add({
      ...body,
      verdict: 'deleted',
      column: null,
      message: `The body of record ${line.recordId} is gone.`,
    });
  else if (verdict === 'unknown_format')
    findings.add({
      ...own,
      ...bounds,
      verdict: 'record-unknown',
      column: null,
      message: `Record ${line.recordId} is of a format that this version doesn't know.`,
    });
  else {
    if (blames !== 'body')
      findings.add({
        ...own,
        ...bounds,
        verdict: 'edited',
        column: 'record_hash',
        message:
          line.position === null
            ? `The hash beside record ${line.recordId} isn't that of its body: ` +
              "one of the two was altered, and the tree doesn't hold the record yet."
            : `The hash beside record ${line.recordId} isn't the one that the record was written with.`,
      });
    if (blames !== 'hash') judgeBody(line, body, findings);
  }
}

type Place = Pick<NewFinding, 'table' | 'key' | 'after' | 'before'>;

function judgeBody(line: BlamedLine['line'], body: Place, findings: Reporter): void {
  const gap = line.parts.findIndex((part, index) => part !== index);
  if (gap >= 0)
    findings.add({
      ...body,
      key: `${line.recordId}/${line.parts[gap]}`,
      verdict: 'record-altered',
      column: 'part',
      message: `The parts of record ${line.recordId} aren't numbered 0, 1, 2, …: part ${gap} is missing.`,
    });
  else
    findings.add({
      ...body,
      key: line.parts.length === 1 ? body.key : `${line.recordId}/0..${line.parts.length - 1}`,
      verdict: 'record-altered',
      column: 'body',
      message: `The body of record ${line.recordId} isn't what was hashed at position ${line.position ?? 'pending'}.`,
    });
}

/** What must be known of the log to judge rows: which rows a lost body may have written. */
export function logStateOf(
  { lines, broken, orphans, head }: Omit<JudgedLog, 'longest' | 'inTree'>,
  suspects: Iterable<string>,
  timeOf: (place: string) => string | null,
): LogState {
  const covered = new Set(broken.flatMap(({ line }) => line.rowIds));
  const coveredTimes = new Set(broken.flatMap(({ record }) => record?.at ?? []));
  for (const place of suspects) {
    const at = covered.has(uuidOf(place)) ? timeOf(place) : null;
    if (at !== null) coveredTimes.add(at);
  }
  // Bodies that are still there say what was written at a gap.
  const gone = lines.gaps.length + lines.more.gaps + Math.max(0, head - lines.next) - orphans.count;
  const blanks: (readonly [string | null, string | null])[] = [];
  if (gone > 0) blanks.push(...lines.gaps.map(({ between }) => between));
  if (gone > 0 && head > lines.next) blanks.push([lines.lastAt, null]);
  return {
    head,
    broken,
    isUncounted: lines.more.broken + lines.more.gaps > 0,
    blanks,
    covered,
    coveredTimes,
  };
}
