import { setTimeout as pause } from 'node:timers/promises';
import type { Client, ClientBase } from 'pg';
import type { Kind } from '../../src/fsck/kinds.ts';
import { copyBinary } from '../../src/fsck/rows/copy.ts';
import { keySql, type StandingRow, StandingRows } from '../../src/fsck/rows/row-text.ts';
import { fingerprintOf, rowDigestOf } from '../../src/law/record.ts';
import { canonicalJson, type PlainJson } from '../../src/proof/canonical.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { addKey } from '../harness/approvers.ts';
import {
  call,
  fresh,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  verified,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { commented, EXAMPLES, perform } from '../harness/examples.ts';
import type { TestServer } from '../harness/server.ts';
import { drained } from '../log/log-ground.ts';

/** A ledger in which everything has happened once: cuts, amendments, a failure with its escalation, re-reviews, edges, ends. */
export async function everyKindOfPhase(server: TestServer): Promise<void> {
  const { marker, reviewer } = server.tokens;
  const docCode = fresh('amended');
  await verified(server, await marked(server, fresh(), { docCode }));
  await verified(
    server,
    await marked(server, fresh(), { docCode, text: sampleText('another').replace('First', 'Changed') }),
  );
  await verified(server);

  const failed = await wasCut(server);
  await server.superuser.query(
    `update public.unit_version set body = body || ' ' where provenance->>'change_set_id' = $1 and version_seq = 1 and provenance->>'local_id' = (
      select min(provenance->>'local_id') from public.unit_version where provenance->>'change_set_id' = $1)`,
    [failed.changeSetId],
  );
  await verifyCut(server, failed);
  await server.superuser.query(
    `update public.unit_version set body = left(body, -1) where provenance->>'change_set_id' = $1 and provenance->>'local_id' = (
      select min(provenance->>'local_id') from public.unit_version where provenance->>'change_set_id' = $1)`,
    [failed.changeSetId],
  );

  const again = await reviewed(server);
  await call(server, reviewer, 'review', {
    idempotencyKey: fresh('again'),
    entryId: again.entryId,
    verdict: 'APPROVE',
    manifestDigest: await manifestOf(server, again.entryId),
    supersedesDecisionId: again.decisionId,
    expiresAt: '2999-01-02T03:04:05.678901Z',
    findings: { note: 'é\u2028"\\', list: [1, 2.5, null, {}], b: { z: 1, a: [] } },
    rationale: 'line\nbreak\ttab',
  });
  await reviewed(server, 'REJECT');
  await reviewed(server, 'DEFER');
  await sweepAll(server);

  const [from, to] = [await marked(server), await marked(server)];
  await call(server, marker, 'declareDependency', {
    idempotencyKey: fresh('edge'),
    fromEntryId: from.entryId,
    toEntryId: to.entryId,
    kind: 'RELATED_TO',
  });
  await marked(server, fresh(), { blockedBy: [from.entryId] });
  await call(server, marker, 'abandon', {
    idempotencyKey: fresh('end'),
    entryId: to.entryId,
    rationale: 'no longer wanted',
  });
  for (const verb of ['registerVocabulary', 'registerProfile', 'resolveComment'] as const)
    for (let times = 0; times < 3; times += 1) await perform(server, await EXAMPLES[verb](server));
  const { entryId, manifestDigest, commentId } = await commented(server, { localId: 'u000001' });
  const replied = {
    idempotencyKey: fresh('reply'),
    entryId,
    manifestDigest,
    replyTo: commentId,
    body: 'It is.',
  };
  await call(server, server.tokens.reviewer, 'comment', replied);
  const resolved = { idempotencyKey: fresh('resolve'), entryId, commentId, note: 'Settled.' };
  await call(server, server.tokens.reviewer, 'resolveComment', resolved);
  await call(server, marker, 'sweep', { idempotencyKey: fresh('sweep'), limit: 10 });
  for (const earlier of [1, 2]) await addKey(server, 'reviewer', new Uint8Array(32).fill(earlier));
  for (const verb of [
    'updatePrincipal',
    'suspendPrincipal',
    'narrowToken',
    'rotateToken',
    'revokeToken',
    'changeRules',
    'approveCut',
    'revokeCutApproval',
  ] as const)
    await perform(server, await EXAMPLES[verb](server));
  await settled(server);
}

/** Everything that was written has its position. */
export async function settled(server: TestServer): Promise<void> {
  if (server.integrator !== null) await drained(server.database, server.integrator);
}

/** Runs statements as superuser with triggers off, then `look`, then puts the tables back as they were. */
export async function tamper(
  server: TestServer,
  tables: readonly string[],
  alter: readonly string[] | ((client: ClientBase) => Promise<void>),
  look: () => Promise<void>,
): Promise<void> {
  const client = await server.superuser.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const [at, table] of tables.entries())
      await client.query(`create temp table kept_${at} as select * from ${table}`);
    try {
      if (typeof alter === 'function') await alter(client);
      else for (const statement of alter) await client.query(statement);
      await look();
    } finally {
      for (const [at, table] of tables.entries()) {
        const names = await storedColumns(client, table);
        await client.query(
          `delete from ${table}; insert into ${table} (${names}) overriding system value select ${names} from kept_${at}; drop table kept_${at}`,
        );
      }
    }
  } finally {
    await client.query('reset session_replication_role');
    client.release();
  }
}

/** The columns of a table that the database doesn't compute of others. */
export async function storedColumns(client: Pick<ClientBase, 'query'>, table: string): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows[0]!.names;
}

/** The key of a row, as records write it, as SQL. */
export const keyOf = (kind: Kind) => kind.key.map((column) => `${column}::text`).join(` || '/' || `);

/** Makes a row's record vouch for the row as it stands now; with `hash`, the log for the record too: what only signatures and the tree survive. */
export async function repairRecord(
  client: ClientBase,
  kind: Kind,
  key: string,
  { hash: repairHash }: { hash: boolean },
  change: (body: RecordBody) => void = () => {},
): Promise<void> {
  const standing = new StandingRows(kind);
  let now: StandingRow | null = null;
  const query = `select ${standing.select} from ${kind.table} r where ${keySql(kind)} = '${key}'`;
  await copyBinary(client as Client, query, (row) => {
    now = standing.read(row);
  });
  const { rows: parts } = await client.query<{ record_id: string; body: string }>(
    `select record_id, string_agg(body, '' order by part) as body from cutter_log.record_part group by record_id`,
  );
  const holder = parts.find(
    ({ body }) => body.includes(key) && vouches(JSON.parse(body) as RecordBody, kind, key),
  );
  if (holder === undefined) throw new Error(`No record has ${key}`);
  const body = JSON.parse(holder.body) as RecordBody;
  const packed = body.rows.find((row) => row[1] === key && body.shapes[row[0]]?.op === 'insert') as PackedRow;
  if (now !== null) repack(packed, kind, key, now);
  change(body);
  const text = canonicalJson(body as unknown as PlainJson);
  await client.query('delete from cutter_log.record_part where record_id = $1 and part > 0', [
    holder.record_id,
  ]);
  await client.query('update cutter_log.record_part set body = $2 where record_id = $1', [
    holder.record_id,
    text,
  ]);
  if (repairHash)
    await client.query('update cutter_log.log set record_hash = $2 where record_id = $1', [
      holder.record_id,
      digestOf(text),
    ]);
}

type PackedRow = [shape: number, id: string, digest: string, fingerprints: string];
export interface RecordBody {
  principalId: string;
  personId: string;
  history: { entry_version_before: string | null; entry_version_after: string }[];
  shapes: { op: string; table: string; columns: string[] }[];
  rows: PackedRow[];
}

function vouches(body: RecordBody, kind: Kind, key: string): boolean {
  return body.rows.some(
    ([shape, id]) =>
      id === key && body.shapes[shape]?.table === kind.recorded && body.shapes[shape]?.op === 'insert',
  );
}

/** What entries and decisions were born with, as canonical text: their records hold that. */
const BORN: Readonly<Record<string, string>> = {
  'decision_backlog_entry status': '"marked"',
  'review_decision superseded_by_review_decision_id': 'null',
};

function repack(packed: PackedRow, kind: Kind, key: string, { values: now }: StandingRow): void {
  const values = kind.columns.map(
    (column) => BORN[`${kind.recorded} ${column}`] ?? (now.get(column) as string),
  );
  const columns = Object.fromEntries(
    kind.columns.map((column, at) => [column, JSON.parse(values[at] as string) as PlainJson]),
  );
  packed[2] = rowDigestOf({ table: kind.recorded, id: key, op: 'insert', columns });
  packed[3] = values.map((value) => fingerprintOf(value)).join('');
}

/** What makes the database forget its tree and its heads: all that is left is what records and signatures say. */
export const forgetTree: readonly string[] = [
  'delete from cutter_log.cosignature',
  'delete from cutter_log.node',
  'update cutter_log.tree_head set checkpoint_size = 0, size = 0',
];

/** Waits until both lanes have signed the log as it stands. */
export async function cosigned(server: TestServer): Promise<void> {
  for (;;) {
    const { rows } = await server.superuser.query<{ done: boolean }>(
      'select (select max(size) from cutter_log.v_checkpoint) = (select next_position from cutter_log.head) as done',
    );
    if (rows[0]?.done === true) return;
    await pause(50);
  }
}
