import { expect, test } from 'vitest';
import { composeWrites, insertRows, insertWide } from '../../../src/ledger/envelope/writes.ts';
import { defineTable } from '../../../src/ledger/tables/table.ts';

const AT = '2026-01-01T00:00:00.000000Z';
const MADE_UP = defineTable(
  'cutter_governance.made_up',
  ['id'],
  { id: 'text', made_at: 'now', more: 'text?' },
  ['more'],
);

test('a record has a column that a later migration added only where it holds a value', () => {
  const rows = [
    { id: 'old', more: null },
    { id: 'new', more: 'value' },
  ];
  const { writes, sent } = composeWrites(AT, { rows: insertRows(MADE_UP, rows) });
  expect(writes.rows.map(({ columns }) => columns)).toEqual([
    { id: 'old', made_at: AT },
    { id: 'new', made_at: AT, more: 'value' },
  ]);
  // The statement and the preview have it always.
  expect(sent.rows.values).toEqual([
    ['old', 'new'],
    [null, 'value'],
  ]);
  expect(writes.preview.get('made_up')).toEqual(rows.map((row) => ({ ...row, made_at: AT })));
});

test('a row is sent as it is born and recorded as the transaction leaves it', () => {
  const { writes, sent } = composeWrites(AT, {
    rows: insertWide(MADE_UP, [{ id: 'a', more: null }], (row) => ({ ...row, more: 'settled' })),
  });
  expect(sent.rows.values).toEqual([['a'], [null]]);
  expect(writes.rows).toMatchObject([{ id: 'a', op: 'insert', columns: { more: 'settled' } }]);
});
