import fc from 'fast-check';
import type { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { parseMessage, type RowCells, runMessage, ServerMessages } from '../../../src/database/reads/wire.ts';

/** A message of the server. */
function said(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

function int(bytes: 2 | 4, value: number): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeIntBE(value, 0, bytes);
  return written;
}

const rowMessage = (cells: readonly (string | null)[]): Buffer =>
  said(
    'D',
    int(2, cells.length),
    ...cells.flatMap((cell) =>
      cell === null ? [int(4, -1)] : [int(4, Buffer.byteLength(cell)), Buffer.from(cell)],
    ),
  );

const errorMessage = said('E', Buffer.from('SERROR\0C57014\0Mcanceling\0Hwait\0\0'));

/** All that is heard of a conversation, as it comes in these pieces. */
function heard(pieces: readonly Buffer[]): unknown[] {
  const all: (() => unknown)[] = [];
  const messages = new ServerMessages({
    onParsed: () => all.push(() => 'parsed'),
    onRow: (row: RowCells) => all.push(() => row.map((cell) => cell?.toString() ?? null)),
    onError: ({ message, code, hint }: DatabaseError) => all.push(() => ({ message, code, hint })),
    onReady: () => all.push(() => 'ready'),
  });
  // A piece is overwritten by the next one.
  for (const piece of pieces.map((each) => Buffer.from(each))) {
    messages.take(piece);
    piece.fill(0);
  }
  return all.map((say) => say());
}

test('what a server says is heard the same in whatever pieces it comes', () => {
  const row = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.infiniteStream(fc.nat(30)), (rows, lengths) => {
      const all = Buffer.concat([
        said('1'),
        said('2'),
        ...rows.map(rowMessage),
        errorMessage,
        said('Z', int(2, 0)),
      ]);
      const pieces: Buffer[] = [];
      for (let at = 0; at < all.length; ) {
        const length = 1 + (lengths.next().value as number);
        pieces.push(all.subarray(at, at + length));
        at += length;
      }
      const error = { message: 'canceling', code: '57014', hint: 'wait' };
      expect(heard(pieces)).toEqual(['parsed', ...rows, error, 'ready']);
      expect(heard([all])).toEqual(heard(pieces));
    }),
    { numRuns: 20 },
  );
});

test('a statement and its values go out as PostgreSQL reads them', () => {
  expect(parseMessage('a', 'select 1')).toEqual(said('P', Buffer.from('a\0select 1\0'), int(2, 0)));
  const values = ['ä', null, 7, true, ['x"y', 'z\\', 'NULL'], []] as const;
  const texts = ['ä', null, '7', 'true', '{"x\\"y","z\\\\","NULL"}', '{}'].flatMap((text) =>
    text === null ? [int(4, -1)] : [int(4, Buffer.byteLength(text)), Buffer.from(text)],
  );
  const bound = said('B', Buffer.from('\0a\0'), int(2, 0), int(2, values.length), ...texts, int(2, 0));
  expect(runMessage('a', values)).toEqual(
    Buffer.concat([bound, said('E', Buffer.from('\0'), int(4, 0)), said('S')]),
  );
});
