import type { Client, Connection, Submittable } from 'pg';

/** One field of a row in COPY's text format; null for NULL. */
export type Field = string | null;

interface CopyData {
  readonly chunk: Buffer;
}

/** Streams the rows of a query to `row`, one call a row, and keeps nothing. An exception of `row` ends the stream. */
export function copyRows(client: Client, query: string, row: (fields: Field[]) => void): Promise<void> {
  return copyChunks(client, `copy (${query}) to stdout`, (chunk) => row(fieldsOf(chunk)));
}

/** The same in PostgreSQL's binary form. The row and its bytes are valid only within the call. */
export function copyBinary(client: Client, query: string, each: (row: BinaryRow) => void): Promise<void> {
  const row = new BinaryRow();
  return copyChunks(client, `copy (${query}) to stdout with (format binary)`, (chunk) => {
    if (row.begin(chunk)) each(row);
  });
}

/** What comes before the first row: the format's name, and two words without meaning here. */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;

/** A row of a binary COPY, field by field. */
export class BinaryRow {
  bytes: Buffer = Buffer.alloc(0);
  /** The field that `next` came to: where it begins and ends in `bytes`. */
  from = 0;
  until = 0;

  /** False at the end, which is a row of -1 fields. */
  begin(chunk: Buffer): boolean {
    this.bytes = chunk;
    const first = chunk[0] === SIGNATURE[0] && chunk.subarray(0, SIGNATURE.length).equals(SIGNATURE);
    const at = first ? HEADER_BYTES : 0;
    this.until = at + 2;
    return chunk.readInt16BE(at) >= 0;
  }

  /** Goes on to the next field; false where it is NULL. */
  next(): boolean {
    const length = this.bytes.readInt32BE(this.until);
    this.from = this.until + 4;
    this.until = length < 0 ? this.from : this.from + length;
    return length >= 0;
  }

  /** The next field where it is a text; null for NULL. */
  text(): string | null {
    return this.next() ? this.bytes.toString('utf8', this.from, this.until) : null;
  }
}

/** Runs a COPY to standard output, and passes its rows on as they come. */
export function copyChunks(client: Client, copy: string, row: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    const query = {
      // Set by a client with a time limit for queries, which ends when this is called.
      callback: undefined as (() => void) | undefined,
      submit: (connection: Connection) => {
        connection.query(copy);
      },
      handleCopyData({ chunk }: CopyData) {
        if (failure !== undefined) return;
        try {
          row(chunk);
        } catch (error) {
          failure = error ?? new Error('copy: stopped');
        }
      },
      handleError(error: Error) {
        failure ??= error;
        reject(failure);
        query.callback?.();
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve();
        else reject(failure);
        query.callback?.();
      },
      handleRowDescription() {},
      handleDataRow() {},
      handleCommandComplete() {},
      handlePortalSuspended() {},
      handleEmptyQuery() {},
      handleCopyInResponse() {},
    };
    client.query(query as unknown as Submittable);
  });
}

function fieldsOf(chunk: Buffer): Field[] {
  const line = chunk.toString('utf8', 0, chunk.length - 1);
  const fields: Field[] = line.split('\t');
  if (!line.includes('\\')) return fields;
  return fields.map((field) => {
    if (field === '\\N') return null;
    return (field as string).replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };
