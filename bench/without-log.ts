/** Loaded first into a server: its phases neither build a transaction's record nor hand it over. */
import { leaveOut } from './leave-out.ts';

leaveOut([
  {
    file: '/src/ledger/envelope/transaction.ts',
    line: 'const handed = await connection.query(pendingStatement(record));',
    instead: 'const handed = { rowCount: 1 };',
  },
  {
    file: '/src/ledger/envelope/transaction.ts',
    line: 'const record = done.wide?.finish() ?? recordOf(resources.lane, call, done.writes);',
    instead: '',
  },
  {
    file: '/src/ledger/envelope/writes.ts',
    line: 'this.#rows.push(insertedRow(table, whole));',
    instead: '',
  },
]);
