import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { setLoginPasswords } from '../../src/database/logins.ts';
import { migrate } from '../../src/database/migrate/migrate.ts';
import { makeSecrets, type Secrets } from '../../src/home/secrets.ts';

/** What the run's one cluster gives to every test file. */
export interface TestCluster {
  /** The owner's URL; its database is not for tests. */
  readonly ownerUrl: string;
  /** A migrated database, to copy; each copy is bootstrapped by itself, for the log's first records name its incarnation. */
  readonly template: string;
  readonly secrets: Secrets;
  /** Where a failing file leaves word that its database is to be kept; null with an external server. */
  readonly keepMark: string | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: TestCluster;
  }
}

const HOME_PREFIX = 'cutter-test-';
const KEPT_FOR_MS = 3_600_000;
const STATEMENTS_COUNTED = 100_000;

/** One PostgreSQL for the run: embedded in a temporary folder, or the server that CUTTER_TEST_DATABASE_URL names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env['CUTTER_TEST_DATABASE_URL'];
  const embedded = external === undefined ? await startTemporary() : null;
  const ownerUrl = external ?? (embedded as { server: EmbeddedServer }).server.ownerUrl;
  const template = `cutter_template_${process.pid}`;
  const secrets = makeSecrets();
  await makeTemplate(ownerUrl, template, secrets);
  const keepMark = embedded === null ? null : join(embedded.home, 'kept');
  project.provide('cluster', { ownerUrl, template, secrets, keepMark });
  return async () => {
    await asOwner(ownerUrl, (owner) => owner.query(`drop database if exists ${template}`));
    if (embedded === null) return;
    await embedded.server.stop();
    if (existsSync(keepMark as string))
      process.stdout.write(`The cluster of the failed tests is kept in ${embedded.home}\n`);
    else removeHome(embedded.home);
  };
}

async function startTemporary(): Promise<{ home: string; server: EmbeddedServer }> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(HOME_PREFIX))) {
    const home = join(tmpdir(), name);
    // Another run may remove its own in between.
    const found = statSync(home, { throwIfNoEntry: false });
    if (found === undefined) continue;
    const ours = process.getuid === undefined || found.uid === process.getuid();
    const idle = !existsSync(join(home, 'server.lock'));
    if (ours && idle && Date.now() - found.mtimeMs > KEPT_FOR_MS) removeHome(home);
  }
  // mkdtemp's folder is closed to everyone; `startEmbedded` makes its own in it as it needs it.
  const home = join(mkdtempSync(join(tmpdir(), HOME_PREFIX)));
  rmSync(home, { recursive: true });
  const start = () => startEmbedded({ home, log: () => {} });
  const first = await start();
  // Tests count statements. All databases of the run share this table, and PostgreSQL removes the rarest when it is full.
  await asOwner(first.ownerUrl, (owner) =>
    owner.query(`alter system set pg_stat_statements.max = ${STATEMENTS_COUNTED}`),
  );
  await first.stop();
  return { home, server: await start() };
}

function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

async function makeTemplate(ownerUrl: string, template: string, secrets: Secrets): Promise<void> {
  await asOwner(ownerUrl, (owner) =>
    owner.query(`create database ${template} template template0 encoding 'UTF8' locale 'C'`),
  );
  const url = new URL(ownerUrl);
  url.pathname = `/${template}`;
  await migrate(url.href);
  await asOwner(url.href, async (owner) => {
    await setLoginPasswords(owner, secrets);
    await owner.query('create extension if not exists pg_stat_statements');
  });
}

/** Runs `work` on one connection of the owner's. */
export async function asOwner<T>(url: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
