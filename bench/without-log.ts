/**
 * Loaded before anything else into a benchmark's server: takes the log out of its phases, by leaving out the lines
 * that build a transaction's record and hand it over. The product has no such switch.
 */
import { registerHooks } from 'node:module';

/**
 * Each must stand in its file exactly once; otherwise this measures something else, and stops. `instead` goes in
 * its place.
 */
const LEFT_OUT = [
  {
    file: '/src/ledger/envelope/transaction.ts',
    line: 'await connection.query(pendingStatement(recordOf(resources.lane, call, done.writes)));',
    instead: '{ rowCount: 1 };',
  },
  {
    file: '/src/ledger/envelope/writes.ts',
    line: "this.#rows.push({ table: name, id, op: 'insert', columns: recordableRow(columns) });",
    instead: '',
  },
] as const;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const found = LEFT_OUT.find(({ file }) => url.endsWith(file));
    if (found === undefined) return loaded;
    const parts = String(loaded.source).split(found.line);
    if (parts.length !== 2) throw new Error(`${found.file} no longer holds exactly once: ${found.line}`);
    return { ...loaded, source: parts.join(found.instead) };
  },
});
