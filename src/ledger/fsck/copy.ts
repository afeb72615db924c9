import type { Client, Connection, Submittable } from 'pg';

/** One field of a row in COPY's text format; null for NULL. */
export type Field = string | null;

interface CopyData {
  readonly chunk: Buffer;
}

/** Streams the rows of a query to `row`, one call a row, as they arrive: nothing is kept. An exception of `row` ends the stream with it. */
export function copyRows(client: Client, query: string, row: (fields: Field[]) => void): Promise<void> {
  return copyChunks(client, query, (chunk) => row(fieldsOf(chunk)));
}

/** The same, each row as COPY sends it. */
export function copyChunks(client: Client, query: string, row: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    const copy = {
      // Set by a client with a time limit for queries, which ends when this is called.
      callback: undefined as (() => void) | undefined,
      submit: (connection: Connection) => {
        connection.query(`copy (${query}) to stdout`);
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
        copy.callback?.();
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve();
        else reject(failure);
        copy.callback?.();
      },
      handleRowDescription() {},
      handleDataRow() {},
      handleCommandComplete() {},
      handlePortalSuspended() {},
      handleEmptyQuery() {},
      handleCopyInResponse() {},
    };
    client.query(copy as unknown as Submittable);
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
