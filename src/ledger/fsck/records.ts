import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { parseRecord, type RecordedRow } from '../log/parse-record.ts';
import { FINGERPRINT_LENGTH, RECORD_FORMAT } from '../log/record.ts';
import type { Lane } from '../values.ts';
import { copyRows } from './copy.ts';

/** What a record says of one move of an entry. */
export interface RecordedMove {
  readonly history_id: string;
  readonly entry_id: string;
  readonly entry_version_before: string | null;
  readonly entry_version_after: string;
  readonly change_kind: string;
  readonly changed_by: string;
}

export interface ReadRecord {
  readonly recordId: string;
  readonly verb: string;
  readonly lane: Lane;
  readonly principalId: string;
  readonly personId: string;
  readonly at: string;
  readonly history: readonly RecordedMove[];
  readonly rows: readonly RecordedRow[];
  /** Signed envelopes, in records about keys. */
  readonly statements?: readonly unknown[];
}

/** One row of the log or of its queue, with the body as it stands in the parts. */
export interface LogLine {
  /** Null while it waits for one. */
  readonly position: number | null;
  readonly recordId: string;
  readonly recordHash: string;
  readonly rowIds: readonly string[];
  readonly parts: readonly number[];
  readonly body: string;
}

/** What became of a line's body. */
export type BodyVerdict =
  | { readonly verdict: 'ok'; readonly record: ReadRecord }
  /** Not what was hashed; `record` is what it says all the same, where it can be read. */
  | { readonly verdict: 'hash_mismatch'; readonly record: ReadRecord | null; readonly hash: string }
  | { readonly verdict: 'unknown_format'; readonly format: string }
  | { readonly verdict: 'malformed' };

/** Reads one body: its hash first, then what it says. One that was altered is read as strictly as a stranger's. */
export function readBody({ body, recordHash }: Pick<LogLine, 'body' | 'recordHash'>): BodyVerdict {
  const digest = `sha256:${hash('sha256', body, 'hex')}`;
  const plain = digest === recordHash ? readPlainly(body) : null;
  if (plain !== null) return { verdict: 'ok', record: plain };
  const parsed = parseRecord(Buffer.from(body, 'utf8'), digest);
  const record = parsed.verdict === 'ok' ? (parsed.record as unknown as ReadRecord) : null;
  if (digest !== recordHash) return { verdict: 'hash_mismatch', record, hash: digest };
  if (record !== null) return { verdict: 'ok', record };
  if (parsed.verdict === 'unknown_format') return { verdict: 'unknown_format', format: parsed.format };
  return { verdict: 'malformed' };
}

interface PlainBody extends Omit<ReadRecord, 'rows'> {
  readonly format: string;
  readonly shapes: readonly Shape[];
  readonly rows: readonly (readonly [shape: number, id: string, digest: string, packed: string])[];
}
type Shape = Pick<RecordedRow, 'table' | 'op' | 'columns'>;

/** A body that has its hash, in one pass; null where it isn't of this version's form, which the strict parser then names. */
function readPlainly(body: string): ReadRecord | null {
  try {
    const { format, shapes, rows, ...head } = JSON.parse(body) as PlainBody;
    if (format !== RECORD_FORMAT) return null;
    const unpacked = rows.map(
      ([shape, id, digest, packed]) => new PackedRow(shapes[shape] as Shape, id, digest, packed),
    );
    return unpacked.every((row) => row.isWhole()) && Array.isArray(head.history)
      ? { ...head, rows: unpacked }
      : null;
  } catch {
    return null;
  }
}

/** A row of a record whose fingerprints are cut apart when they are asked for: of most rows they never are. */
class PackedRow implements RecordedRow {
  readonly table: string;
  readonly op: 'insert' | 'update';
  readonly columns: readonly string[];
  readonly id: string;
  readonly digest: string;
  readonly #packed: string;

  constructor({ table, op, columns }: Shape, id: string, digest: string, packed: string) {
    this.table = table;
    this.op = op;
    this.columns = columns;
    this.id = id;
    this.digest = digest;
    this.#packed = packed;
  }

  isWhole(): boolean {
    return (
      typeof this.id === 'string' &&
      this.digest.length === 43 &&
      this.#packed.length === this.columns.length * FINGERPRINT_LENGTH
    );
  }

  get fingerprints(): readonly string[] {
    return this.columns.map((_, at) =>
      this.#packed.slice(at * FINGERPRINT_LENGTH, (at + 1) * FINGERPRINT_LENGTH),
    );
  }
}

const PAGE = 200;

/** Streams the log in the order of positions, then the queue in the order of arrival. One record is in memory at a time. */
export async function eachLine(
  client: Client,
  each: (line: LogLine) => void,
  range: { readonly from?: number; readonly until?: number } = {},
): Promise<void> {
  let last = (range.from ?? Number.MIN_SAFE_INTEGER) - 1;
  const until = range.until ?? Number.MAX_SAFE_INTEGER;
  for (let seen = PAGE; seen === PAGE; ) {
    seen = 0;
    await lines(
      client,
      `select l.position::text as at, l.record_id, l.record_hash, l.row_ids from cutter_log.log l
      where l.position > ${last} and l.position < ${until} order by l.position limit ${PAGE}`,
      (line) => {
        seen += 1;
        last = line.position as number;
        each(line);
      },
    );
  }
  if (range.until !== undefined) return;
  await lines(
    client,
    `select ''::text as at, q.record_id, q.record_hash, q.row_ids, q.seq from cutter_log.pending q order by q.seq`,
    each,
  );
}

async function lines(client: Client, page: string, each: (line: LogLine) => void): Promise<void> {
  let open: (LogLine & { parts: number[]; bodies: string[] }) | null = null;
  const close = () => {
    if (open === null) return;
    const line = open;
    open = null;
    each({ ...line, body: line.bodies.length === 1 ? (line.bodies[0] as string) : line.bodies.join('') });
  };

  let lastId = '';
  const ordered = page.includes('q.seq') ? 'l.seq' : 'l.at::bigint';
  await copyRows(
    client,
    `select l.at, l.record_id, l.record_hash, l.row_ids, p.part, p.body from (${page}) l
     left join cutter_log.record_part p on p.record_id = l.record_id order by ${ordered}, p.part`,
    ([at, recordId, recordHash, rowIds, part, body]) => {
      const key = `${at} ${recordId}`;
      if (open === null || key !== lastId || part === null) {
        close();

        lastId = key;
        open = {
          position: at === '' ? null : Number(at),
          recordId: recordId as string,
          recordHash: recordHash as string,
          rowIds: (rowIds as string)
            .slice(1, -1)
            .split(',')
            .filter((id) => id !== ''),
          parts: [],
          body: '',
          bodies: [],
        };
      }
      if (part == null) return;
      open.parts.push(Number(part));
      open.bodies.push(body ?? '');
    },
  );
  close();
}
