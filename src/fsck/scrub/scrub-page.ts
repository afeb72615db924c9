import type { Client } from 'pg';
import type { ReadRecord } from '../../law/read-record.ts';
import { type FsckCoverage, type FsckFinding, FsckFindings } from '../finding.ts';
import { keysOfLog } from '../log/ledger-keys.ts';
import { LOG, LogLines, PARTS } from '../log/log-lines.ts';
import { eachLine, type LogLine } from '../log/records.ts';
import { checkSomeCuts } from '../meaning/cuts.ts';
import { checkSomeSignatures } from '../meaning/signatures.ts';
import { judgeSuspects } from '../rows/judge.ts';
import { alteredNow, type Suspect } from '../rows/suspects.ts';
import { ExpectedRows } from './scrub-rows.ts';
import { nodesBetween } from './scrub-tree.ts';

export interface ScrubbedPage {
  /** The first position that wasn't checked; the log's end where it was reached. */
  readonly next: number;
  readonly head: number;
  readonly findings: readonly FsckFinding[];
  readonly coverage: Pick<FsckCoverage, 'rows' | 'signatures' | 'cuts'>;
}

/** How much of the log one page takes. It always takes one record, however large that is. */
export interface PageSize {
  readonly records: number;
  /** Rows that the records wrote, as far as `row_ids` counts them. */
  readonly rows: number;
}

/**
 * Checks a page of the log in a snapshot of its own: bodies, the rows they vouch for, the tree over them, signatures
 * and cuts. `tainted` goes from page to page: what follows from an altered row is no finding of its own.
 */
export async function scrubPage(
  client: Client,
  from: number,
  size: PageSize,
  tainted: Set<string>,
): Promise<ScrubbedPage> {
  await client.query('/* scrub.begin */ begin isolation level repeatable read read only');
  const { rows } = await client.query<{ next: string; until: string | null }>(PAGE_END, [
    from,
    size.records,
    size.rows,
  ]);
  const head = Number(rows[0]?.next ?? 0);
  const until = Math.min(Number(rows[0]?.until ?? from + size.records), head);
  const page = new Page(head, tainted);
  if (from < until) await page.check(client, from, until);
  await client.query('/* scrub.end */ commit');
  return { next: until, head, findings: page.findings.all, coverage: page.coverage };
}

/** The ends of the log and of the page: before `$1 + $2`, or before the record that makes too many rows. */
const PAGE_END = `/* scrub.head */ select head.next_position::text as next,
    (select min(position)::text from (
      select l.position, sum(cardinality(l.row_ids)) over (order by l.position) as rows
      from cutter_log.log l where l.position >= $1::bigint and l.position < $1::bigint + $2::bigint) sized
     where rows > $3::bigint and position > $1::bigint) as until
  from cutter_log.head`;

class Page {
  readonly findings: FsckFindings;
  readonly coverage: FsckCoverage = {
    positions: 0,
    pending: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    entries: 0,
    nodes: 0,
    cosignatures: 0,
  };
  readonly #head: number;

  constructor(head: number, tainted: Set<string>) {
    this.#head = head;
    this.findings = new FsckFindings(tainted);
  }

  async check(client: Client, from: number, until: number): Promise<void> {
    const expected = new ExpectedRows();
    const lines = this.#lines(from, (record) => expected.add(record));
    await eachLine(client, (line) => lines.line(line), { from, until });
    this.#log(lines, until);
    lines.acts.report(this.findings);
    await this.#tree(client, from, until);
    this.coverage.rows += await expected.compare(client);
    if (expected.hasDiffering) await this.#rows(client, expected, from, until);
    const keys = await keysOfLog(client);
    keys.report(this.findings, this.#head, { from, until });
    await checkSomeSignatures(
      client,
      keys,
      expected.idsOf('dot_pair_signature'),
      this.#head,
      this.findings,
      this.coverage,
    );
    await checkSomeCuts(client, expected.idsOf('cut_change_set'), this.#head, this.findings, this.coverage);
  }

  #lines(from: number, each: (record: ReadRecord, line: LogLine) => void): LogLines {
    const lines = new LogLines(this.findings, Number.MAX_SAFE_INTEGER, {
      record: (record, line, reliable) => {
        if (reliable) each(record, line);
      },
      blank: () => {},
    });
    lines.next = from;
    return lines;
  }

  /** The rows that differ: the page is read again for what its records say about them alone. */
  async #rows(client: Client, expected: ExpectedRows, from: number, until: number): Promise<void> {
    const again = this.#lines(from, (record, line) => expected.suspect(record, line));
    await eachLine(client, (line) => again.line(line), { from, until });
    this.#judge(await expected.standing(client));
  }

  #log(lines: LogLines, until: number): void {
    const report = (
      verdict: FsckFinding['verdict'],
      table: string,
      key: string,
      at: number,
      message: string,
    ) => this.findings.add({ verdict, table, key, column: null, after: at - 1, before: at + 1, message });
    for (const { at } of lines.gaps)
      report('deleted', LOG, String(at), at, `Position ${at} of the log is empty.`);
    if (lines.next < until)
      report(
        'truncated',
        LOG,
        `${lines.next}..${until - 1}`,
        lines.next,
        `The log ends before position ${lines.next}.`,
      );
    for (const { line } of lines.broken)
      report(
        'record-altered',
        PARTS,
        `${line.recordId}/0`,
        line.position ?? this.#head,
        `The body of record ${line.recordId} isn't what was hashed.`,
      );
  }

  async #tree(client: Client, from: number, until: number): Promise<void> {
    for (const place of await nodesBetween(client, from, until)) {
      const message = `Node ${place} of the tree isn't the hash of what is under it.`;
      this.findings.add({
        verdict: 'tree-altered',
        table: 'cutter_log.node',
        key: place,
        column: 'hash',
        after: null,
        before: this.#head,
        message,
      });
    }
  }

  /** Columns that change after birth are left out: the record of the change may be on another page. */
  #judge(differing: ReadonlyMap<string, Suspect>): void {
    const suspects = new Map(
      [...differing].filter(([, suspect]) => suspect.standing === null || isAltered(suspect)),
    );
    const evidence = {
      suspects,
      twins: new Map(),
      newestStanding: new Map([...suspects.values()].map(({ kind }) => [kind.index, 1])),
      envelopes: new Map(),
    };
    const blanks = [[null, null] as const];
    judgeSuspects(
      evidence,
      {
        head: this.#head,
        broken: [],
        isUncounted: false,
        blanks,
        covered: new Set(),
        coveredTimes: new Set(),
      },
      this.findings,
    );
  }
}

function isAltered(suspect: Suspect): boolean {
  const altered = alteredNow(suspect);
  return altered === null || altered.some((column) => suspect.kind.atBirth[column] === undefined);
}
