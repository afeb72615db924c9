import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { bootstrapLedger } from '../../src/boot/bootstrap.ts';
import { SQL_DIRECTORY } from '../../src/database/migrate/migrations.ts';
import { openPools, type Pools, type PoolUrls, poolUrls } from '../../src/database/pools.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import { heldKeys } from '../../src/keys/custody.ts';

export interface TestDatabase {
  readonly name: string;
  /** The owner's URL of this database. */
  readonly ownerUrl: string;
  readonly urls: PoolUrls;
  readonly pools: Pools;
  /** The owner, for tampering: policies and grants don't hold it. */
  readonly superuser: pg.Pool;
  /** Passwords of the logins and seeds of the lanes' keys. */
  readonly secrets: Secrets;
  /** The sample principals' tokens: administrator, marker, reviewer, executor, verifier, observer. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Ends its connections, so that copies of it can be made. */
  close(): Promise<void>;
  /** Closes everything and drops the database. Called by itself when the file ends; a connection left open fails the file. */
  drop(): Promise<void>;
}

const open = new Set<TestDatabase>();
let failed = false;

/** The harness's own word that a test of this file failed: its databases stay. */
export function noteFailure(): void {
  failed = true;
}

export async function closeTestDatabases(): Promise<void> {
  for (const database of [...open]) await database.drop();
}

export interface TestDatabaseOptions {
  /** For tests that write the log by hand: the keys stand, and nothing in the log tells of them. */
  readonly log?: 'empty';
  /** A copy of this database, whose connections have ended, with all that it holds. */
  readonly copyOf?: TestDatabase;
}

/** A fresh database, migrated and bootstrapped in rehearsal mode, with one pool for each login. Its log begins with the lanes' keys. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { ownerUrl: clusterUrl, template, secrets } = inject('cluster');
  const name = `cutter_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await onCluster(clusterUrl, `create database ${name} template ${options.copyOf?.name ?? template}`);
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  const superuser = new pg.Pool({ connectionString: url.href, max: 4, application_name: 'test superuser' });
  superuser.on('error', () => {}); // an idle connection may be ended by a test
  const client = await superuser.connect();
  // What a copy of the template doesn't bring: who may connect, and who may make temporary tables.
  await client.query(readFileSync(join(SQL_DIRECTORY, 'database.sql'), 'utf8'));
  const { tokens } =
    options.copyOf ?? (await bootstrapLedger(client, { mode: 'rehearsal', keys: heldKeys(secrets) }));
  if (options.log === 'empty')
    await client.query(
      'delete from cutter_log.pending; delete from cutter_log.record_part; update cutter_auth.key set from_position = 0',
    );
  client.release();
  const urls = poolUrls(url.href, secrets);
  const pools = await openPools(urls);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await pools.close();
    await superuser.end();
  };
  const database: TestDatabase = {
    name,
    ownerUrl: url.href,
    urls,
    pools,
    superuser,
    secrets,
    tokens,
    close,
    drop: async () => {
      if (!open.delete(database)) return;
      await close();
      await discard(clusterUrl, name);
    },
  };
  open.add(database);
  return database;
}

async function discard(clusterUrl: string, name: string): Promise<void> {
  const leaked = await connectionsLeft(clusterUrl, name);
  if (failed) keep(name);
  else await onCluster(clusterUrl, `drop database ${name} with (force)`);
  if (leaked.length > 0) {
    throw new Error(`This file left ${leaked.length} connections to ${name} open:\n${leaked.join('\n')}`);
  }
}

function keep(name: string): void {
  const { keepMark } = inject('cluster');
  if (keepMark !== null) writeFileSync(keepMark, '');
  process.stdout.write(`A test failed, so its database is kept: ${name}\n`);
}

/** Closing is acknowledged before the backend is gone; what still stands after generous waiting was leaked. */
async function connectionsLeft(clusterUrl: string, name: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    for (let attempt = 0; ; attempt += 1) {
      const { rows } = await client.query<{ line: string }>(
        `/* harness.leaked */ select usename || ': ' || left(query, 200) as line from pg_stat_activity
        where datname = $1 and backend_type = 'client backend'`,
        [name],
      );
      if (rows.length === 0 || attempt === 100) return rows.map((row) => row.line);
      await pause(50);
    }
  } finally {
    await client.end();
  }
}

async function onCluster(clusterUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
