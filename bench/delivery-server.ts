/**
 * A server in a process of its own that also commits: reads `{urls, secrets}`, says its URL, and for each number on
 * a line commits so many records as one transaction, notifies its integrator as a phase does, and says when the
 * commit was durable and how much processor time (ms) it had used by then.
 */
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { PoolUrls } from '../src/database/pools.ts';
import type { Secrets } from '../src/home/secrets.ts';
import { localServer } from './local-server.ts';

/** One history row in a record of its own, in the executor's lane. */
const MARK = `with made as materialized (
    select gen_random_uuid() as entry_id, gen_random_uuid() as history_id, gen_random_uuid() as record_id
    from generate_series(1, $1)
  ), entry as (
    insert into cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at)
    select entry_id, 'cut_request', 'marked', '{"idempotency_key": "bench"}', transaction_timestamp() from made
  ), history as (
    insert into cutter_governance.decision_backlog_history
      (history_id, entry_id, entry_version_after, change_kind, changed_by, changed_at)
    select history_id, entry_id, 'marked', 'mark', 'bench', transaction_timestamp() from made
  )
  insert into cutter_log.pending (record_id, record_hash, row_ids)
  select record_id, 'sha256:' || encode(sha256(record_id::text::bytea), 'hex'), array[entry_id, history_id] from made`;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { urls, secrets } = JSON.parse(String((await lines.next()).value)) as {
  urls: PoolUrls;
  secrets: Secrets;
};
const server = await localServer(urls, secrets);
const exec = new pg.Client({ connectionString: urls.exec as string });
await exec.connect();
process.stdout.write(`${server.url}\n`);
for await (const count of lines) {
  await exec.query(MARK, [Number(count)]);
  const committed = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage();
  server.wired.integrator?.nudge();
  process.stdout.write(`[${committed},${(user + system) / 1000}]\n`);
}
await exec.end();
await server.close();
process.exit(0);
