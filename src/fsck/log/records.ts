import type { Client } from 'pg';
import { timeTextSql } from '../../text/time-sql.ts';
import { copyBinary } from '../rows/copy.ts';

/** One row of the log or of its queue, with the body that its parts give. */
export interface LogLine {
  /** Null while the record waits for one. */
  readonly position: number | null;
  readonly recordId: string;
  readonly recordHash: string;
  readonly rowIds: readonly string[];
  readonly parts: readonly number[];
  /** What the list of acts says of the record: its id, time, principal and verb. Null where it has none. */
  readonly act: string | null;
  /** Valid only within the call that gets the line. */
  readonly body: Buffer;
}

const PAGE = 1000;

const ACT = `case when a.position is not null then concat_ws(' ', a.record_id,
  ${timeTextSql('a.at')}, coalesce(a.principal_id::text, 'nobody'), a.operation) end`;
const ACTS = 'left join cutter_log.act a on a.position = l.at';

/**
 * Streams the log in the order of positions, then the queue in the order of arrival. One record is in memory at a
 * time.
 */
export async function eachLine(
  client: Client,
  each: (line: LogLine) => void,
  range: { readonly from?: number; readonly until?: number } = {},
): Promise<void> {
  const lines = new Lines(each);
  const until = range.until === undefined ? '' : `and l.position < ${range.until}`;
  let from = range.from === undefined ? 'true' : `l.position >= ${range.from}`;
  for (let seen = PAGE; seen === PAGE; from = `l.position > ${lines.last}`) {
    const page = `select l.position as at, l.record_id, l.record_hash, l.row_ids from cutter_log.log l
      where ${from} ${until} order by l.position limit ${PAGE}`;
    seen = await lines.read(client, page);
  }
  if (range.until !== undefined) return;
  await lines.read(
    client,
    'select q.seq as at, q.record_id, q.record_hash, q.row_ids from cutter_log.pending q',
    { waiting: true },
  );
}

/** Joins the parts of bodies, in one buffer that every body uses in turn. */
class Lines {
  /** The position of the last line, as text: an altered one may be more than a number can hold. */
  last = '';
  readonly #each: (line: LogLine) => void;
  #open: Omit<LogLine, 'body' | 'parts'> | null = null;
  #parts: number[] = [];
  #body = Buffer.allocUnsafeSlow(1 << 20);
  #length = 0;

  constructor(each: (line: LogLine) => void) {
    this.#each = each;
  }

  /** The lines that a query selects, each with its body; returns how many there were. */
  async read(client: Client, page: string, { waiting = false } = {}): Promise<number> {
    let count = 0;
    let openId = '';
    await copyBinary(
      client,
      `select l.at::text || ' ' || l.record_id::text, l.record_hash, l.row_ids::text, ${waiting ? 'null' : ACT},
         p.part::text, p.body
       from (${page}) l ${waiting ? '' : ACTS}
       left join cutter_log.record_part p on p.record_id = l.record_id order by l.at, l.record_id, p.part`,
      (row) => {
        const id = row.text() as string;
        const recordHash = row.text() as string;
        const rowIds = row.text() as string;
        const act = row.text();
        const part = row.text();
        if (this.#open === null || id !== openId || part === null) {
          this.#close();
          count += 1;
          openId = id;
          const [at, recordId] = id.split(' ') as [string, string];
          if (!waiting) this.last = at;
          this.#open = {
            position: waiting ? null : Number(at),
            recordId,
            recordHash,
            rowIds: rowIds.length > 2 ? rowIds.slice(1, -1).split(',') : [],
            act,
          };
        }
        if (part === null) return;
        this.#parts.push(Number(part));
        if (row.next()) this.#append(row.bytes, row.from, row.until);
      },
    );
    this.#close();
    return count;
  }

  #append(bytes: Buffer, from: number, until: number): void {
    const length = this.#length + until - from;
    if (length > this.#body.length) {
      const grown = Buffer.allocUnsafeSlow(2 * length);
      this.#body.copy(grown, 0, 0, this.#length);
      this.#body = grown;
    }
    bytes.copy(this.#body, this.#length, from, until);
    this.#length = length;
  }

  #close(): void {
    if (this.#open === null) return;
    const line = { ...this.#open, parts: this.#parts, body: this.#body.subarray(0, this.#length) };
    this.#open = null;
    this.#parts = [];
    this.#length = 0;
    this.#each(line);
  }
}
