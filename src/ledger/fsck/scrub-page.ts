import type { Client } from 'pg';
import { copyBinary } from './copy.ts';
import { checkSomeCuts } from './cuts.ts';
import { type Coverage, type Finding, Findings } from './finding.ts';
import { judgeSuspects } from './judge.ts';
import { type Kind, kindNamed } from './kinds.ts';
import { keysOfLog } from './ledger-keys.ts';
import { LOG, LogLines, PARTS } from './log-lines.ts';
import { eachLine, type LogLine, type ReadRecord } from './records.ts';
import { StandingRows } from './row-text.ts';
import { checkSomeSignatures } from './signatures.ts';
import { alteredNow, anchorOf, type Suspect } from './suspects.ts';
import { placeOfId } from './words.ts';

export interface ScrubbedPage {
  /** The first position that wasn't looked at; the log's end where it was reached. */
  readonly next: number;
  readonly head: number;
  readonly findings: readonly Finding[];
  readonly coverage: Pick<Coverage, 'rows' | 'signatures' | 'cuts'>;
}

/**
 * Looks at a page of the log in a snapshot of its own: bodies, the rows they vouch for, the tree over them, signatures and cuts.
 * `tainted` goes from page to page: what follows from a row that was found altered is no finding of its own.
 */
export async function scrubPage(
  client: Client,
  from: number,
  size: number,
  tainted: Set<string>,
): Promise<ScrubbedPage> {
  await client.query('/* scrub.begin */ begin isolation level repeatable read read only');
  const { rows } = await client.query<{ next: string }>(
    '/* scrub.head */ select next_position::text as next from cutter_log.head',
  );
  const head = Number(rows[0]?.next ?? 0);
  const until = Math.min(from + size, head);
  const page = new Page(head, tainted);
  if (from < until) await page.check(client, from, until);
  await client.query('/* scrub.end */ commit');
  return { next: until, head, findings: page.findings.all, coverage: page.coverage };
}

class Page {
  readonly findings: Findings;
  readonly coverage: Coverage = {
    positions: 0,
    pending: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    entries: 0,
    nodes: 0,
    cosignatures: 0,
  };
  readonly #suspects = new Map<string, Suspect>();
  readonly #head: number;

  constructor(head: number, tainted: Set<string>) {
    this.#head = head;
    this.findings = new Findings(tainted);
  }

  async check(client: Client, from: number, until: number): Promise<void> {
    const lines = new LogLines(this.findings, Number.MAX_SAFE_INTEGER, {
      record: (record, line, reliable) => {
        if (reliable) this.#record(record, line);
      },
      blank: () => {},
    });
    lines.next = from;
    await eachLine(client, (line) => lines.line(line), { from, until });
    this.#log(lines, until);
    await this.#tree(client, from, until);
    for (const kind of new Set([...this.#suspects.values()].map((suspect) => suspect.kind)))
      await this.#fetch(client, kind);
    this.#rows();
    const keys = await keysOfLog(client);
    keys.tell(this.findings, this.#head, { from, until });
    const ids = (recorded: string) =>
      [...this.#suspects.values()]
        .filter(({ kind }) => kind.recorded === recorded)
        .map(({ births }) => births[0]?.row.id as string);
    await checkSomeSignatures(
      client,
      keys,
      ids('dot_pair_signature'),
      this.#head,
      this.findings,
      this.coverage,
    );
    await checkSomeCuts(client, ids('cut_change_set'), this.#head, this.findings, this.coverage);
  }

  #record(record: ReadRecord, line: LogLine): void {
    for (const row of record.rows.of(({ op }) => op === 'insert')) {
      const kind = kindNamed(row.table);
      if (kind === undefined) continue;
      const place = placeOfId(kind.index, row.id);
      const birth = { row, position: line.position, reliable: true, order: 0, anchor: anchorOf(row, record) };
      this.#suspects.set(place, { kind, place, standing: null, copies: 0, births: [birth], updates: [] });
    }
  }

  #log(lines: LogLines, until: number): void {
    const tell = (verdict: Finding['verdict'], table: string, key: string, at: number, message: string) =>
      this.findings.add({ verdict, table, key, column: null, after: at - 1, before: at + 1, message });
    for (const { at } of lines.gaps)
      tell('deleted', LOG, String(at), at, `Position ${at} of the log is empty.`);
    if (lines.next < until)
      tell(
        'truncated',
        LOG,
        `${lines.next}..${until - 1}`,
        lines.next,
        `The log ends before position ${lines.next}.`,
      );
    for (const { line } of lines.broken)
      tell(
        'record-altered',
        PARTS,
        `${line.recordId}/0`,
        line.position ?? this.#head,
        `The body of record ${line.recordId} isn't what was hashed.`,
      );
  }

  /** Each leaf is the log's, and each node that closes here is the hash of the two under it. */
  async #tree(client: Client, from: number, until: number): Promise<void> {
    const { rows } = await client.query<{ place: string }>(
      `/* scrub.tree */ select '0/' || n.idx as place from cutter_log.log l join cutter_log.node n on n.level = 0 and n.idx = l.position
         where l.position >= $1 and l.position < $2 and n.hash <> sha256('\\x00'::bytea || decode(substr(l.record_hash, 8), 'hex'))
       union all
       select n.level || '/' || n.idx from generate_series(1, 40) as at (level)
         join cutter_log.node n on n.level = at.level and n.idx >= ($1::bigint >> at.level) and n.idx < ($2::bigint >> at.level)
         left join cutter_log.node a on a.level = n.level - 1 and a.idx = 2 * n.idx
         left join cutter_log.node b on b.level = n.level - 1 and b.idx = 2 * n.idx + 1
         where n.hash is distinct from sha256('\\x01'::bytea || a.hash || b.hash)`,
      [from, until],
    );
    for (const { place } of rows) {
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

  async #fetch(client: Client, kind: Kind): Promise<void> {
    const ids = [...this.#suspects.values()]
      .filter((suspect) => suspect.kind === kind)
      .map(({ births }) => births[0]?.row.id as string);
    // By the first column of the key: its index finds the rows of a composite one.
    const keys = [...new Set(ids.map((id) => id.split('/')[0] as string))].filter((id) =>
      /^(?:[0-9a-f-]{36}|ed25519:[0-9a-f]{32})$/.test(id),
    );
    if (keys.length === 0) return;
    const standing = new StandingRows(kind);
    const query = `select ${standing.select} from ${kind.table} r where r.${kind.key[0]} in (${keys.map((id) => `'${id}'`).join()})`;
    await copyBinary(client, query, (bytes) => {
      const row = standing.read(bytes);
      const suspect = this.#suspects.get(placeOfId(kind.index, row.id));
      if (suspect === undefined) return;
      suspect.standing = row;
      suspect.copies += 1;
      this.coverage.rows += 1;
    });
  }

  /** What moves later is another page's affair: it is left out here. */
  #rows(): void {
    const suspects = new Map(
      [...this.#suspects].filter(([, suspect]) => suspect.standing === null || isAltered(suspect)),
    );
    const evidence = {
      suspects,
      twins: new Map(),
      newestStanding: new Map([...suspects.values()].map(({ kind }) => [kind.index, 1])),
      envelopes: new Map(),
    };
    const blanks = [['', null] as const];
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
