import type { Client } from 'pg';
import { copyRows } from './copy.ts';
import type { Findings } from './finding.ts';
import type { LogState } from './judge.ts';
import { KINDS } from './kinds.ts';
import { type BrokenLine, LOG, type LogLines, PARTS } from './log-lines.ts';
import { type LogLine, type ReadRecord, readBody } from './records.ts';
import { placeOfId } from './words.ts';

/** A body that no line of the log or of its queue names. */
export interface Orphan {
  readonly recordId: string;
  readonly hash: string;
  readonly record: ReadRecord | null;
}

/** Bodies without a line: what is left where a line was taken out, or what somebody put there. */
export async function orphansOf(client: Client): Promise<{ orphan: Orphan; line: LogLine }[]> {
  const orphans: { orphan: Orphan; line: LogLine }[] = [];
  await copyRows(
    client,
    `select p.record_id, string_agg(p.body, '' order by p.part) from cutter_log.record_part p
     where not exists (select from cutter_log.log l where l.record_id = p.record_id)
       and not exists (select from cutter_log.pending q where q.record_id = p.record_id)
     group by p.record_id`,
    ([recordId, body]) => {
      const line = {
        position: null,
        recordId: recordId as string,
        recordHash: '',
        rowIds: [],
        parts: [0],
        body: body ?? '',
      };
      const read = readBody(line);
      const [hash, record] = read.verdict === 'hash_mismatch' ? [read.hash, read.record] : ['', null];
      orphans.push({ orphan: { recordId: recordId as string, hash, record }, line });
    },
  );
  return orphans;
}

/** Says what happened to the log itself: lines gone, moved or put in, bodies and hashes altered. */
export function judgeLog(
  lines: LogLines,
  orphans: readonly Orphan[],
  head: number,
  bodyIsRight: (broken: BrokenLine) => boolean,
  findings: Findings,
): void {
  const left = [...orphans];
  for (const broken of lines.broken) judgeBroken(broken, left, bodyIsRight, findings);
  const beyond = [...lines.beyond];
  for (const { at } of lines.gaps) {
    const moved = beyond.shift();
    if (moved !== undefined) {
      findings.add({
        verdict: 'edited',
        table: LOG,
        key: String(moved.position),
        column: 'position',
        after: at - 1,
        before: at + 1,
        otherKey: String(at),
        message: `Record ${moved.recordId} stands at position ${moved.position}, where the log has not come yet; position ${at} is empty.`,
      });
      continue;
    }
    const orphan = left.shift();
    findings.add({
      verdict: 'deleted',
      table: LOG,
      key: String(at),
      column: null,
      after: at - 1,
      before: at + 1,
      message: `Position ${at} of the log is empty${orphan === undefined ? '' : `; a body without a line is that of record ${orphan.recordId}`}.`,
    });
  }
  for (const line of beyond)
    findings.add({
      verdict: 'inserted',
      table: LOG,
      key: String(line.position),
      column: null,
      after: head - 1,
      before: null,
      message: `The log's head is ${head}, but a record stands at position ${line.position}.`,
    });
  if (lines.next < head) {
    const gone = left.splice(0, head - lines.next).length;
    findings.add({
      verdict: 'truncated',
      table: LOG,
      key: lines.next === head - 1 ? String(lines.next) : `${lines.next}..${head - 1}`,
      column: null,
      after: lines.next - 1,
      before: head,
      message: `The log's head is ${head}, but its newest record is at position ${lines.next - 1}${gone > 0 ? `; ${gone} of the missing bodies still stand` : ''}.`,
    });
  } else if (lines.next > head)
    findings.add({
      verdict: 'edited',
      table: 'cutter_log.head',
      key: 'true',
      column: 'next_position',
      after: null,
      before: null,
      message: `The log's head says ${head}, but the log goes to position ${lines.next - 1}.`,
    });
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
}

function judgeBroken(
  broken: BrokenLine,
  orphans: Orphan[],
  bodyIsRight: (broken: BrokenLine) => boolean,
  findings: Findings,
): void {
  const { line, verdict } = broken;
  const own =
    line.position === null
      ? { table: 'cutter_log.pending', key: line.recordId }
      : { table: LOG, key: String(line.position) };
  const bounds = { after: line.position, before: null };
  if (verdict === 'missing') {
    const renamed = orphans.findIndex(({ hash }) => hash === line.recordHash);
    if (renamed >= 0) {
      const [orphan] = orphans.splice(renamed, 1) as [Orphan];
      return findings.add({
        ...own,
        ...bounds,
        verdict: 'edited',
        column: 'record_id',
        message: `The line names record ${line.recordId}, but its hash is that of record ${orphan.recordId}.`,
      });
    }
    return findings.add({
      ...bounds,
      verdict: 'deleted',
      table: PARTS,
      key: `${line.recordId}/0`,
      column: null,
      message: `The body of record ${line.recordId} is gone.`,
    });
  }
  if (verdict === 'unknown_format')
    return findings.add({
      ...own,
      ...bounds,
      verdict: 'record-unknown',
      column: null,
      message: `Record ${line.recordId} is of a format that this version doesn't know.`,
    });
  if (verdict === 'hash_mismatch' && bodyIsRight(broken))
    return findings.add({
      ...own,
      ...bounds,
      verdict: 'edited',
      column: 'record_hash',
      message: `The hash beside record ${line.recordId} isn't that of its body, and the body agrees with every row.`,
    });
  const gap = line.parts.findIndex((part, index) => part !== index);
  if (gap >= 0)
    return findings.add({
      ...bounds,
      verdict: 'record-altered',
      table: PARTS,
      key: `${line.recordId}/${line.parts[gap]}`,
      column: 'part',
      message: `The parts of record ${line.recordId} aren't numbered 0, 1, 2, …: part ${gap} is missing.`,
    });
  findings.add({
    ...bounds,
    verdict: 'record-altered',
    table: PARTS,
    key: `${line.recordId}/${line.parts.length === 1 ? '0' : `0..${line.parts.length - 1}`}`,
    column: 'body',
    message: `The body of record ${line.recordId} isn't what was hashed at position ${line.position ?? 'pending'}.`,
  });
}

/** What the judgement of rows needs to know of the log: which rows a lost body may have written. */
export function logStateOf(
  lines: Pick<LogLines, 'broken' | 'gaps' | 'next' | 'lastAt'>,
  orphans: readonly Orphan[],
  head: number,
  timeOf: (place: string) => string | null,
): LogState {
  const covered = new Set<string>();
  const coveredTimes = new Set<string>();
  for (const { line, record } of lines.broken) {
    if (record !== null && record.rows.length > 0) coveredTimes.add(record.at);
    for (const id of line.rowIds) {
      for (const kind of KINDS) {
        const place = placeOfId(kind.index, id);
        covered.add(place);
        const at = timeOf(place);
        if (at !== null) coveredTimes.add(at);
      }
    }
  }
  // Gaps whose bodies still stand are told by those.
  const gone = Math.max(0, lines.gaps.length + Math.max(0, head - lines.next) - orphans.length);
  const blanks: [string | null, string | null][] =
    gone === 0 ? [] : lines.gaps.map(({ between }) => [...between] as [string | null, string | null]);
  if (gone > 0 && head > lines.next) blanks.push([lines.lastAt, null]);
  return { head, broken: lines.broken, blanks, covered, coveredTimes };
}
