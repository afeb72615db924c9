import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { clusterPlace } from '../../src/database/cluster/cluster-place.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { setLoginPasswords } from '../../src/database/logins.ts';
import { migrate } from '../../src/database/migrate/migrate.ts';
import { lockHolder } from '../../src/home/home-lock.ts';
import { makeSecrets, type Secrets } from '../../src/home/secrets.ts';
import { leaveRunFolder, removeFolder, removeOldFolders, useRunFolder } from './run-folder.ts';

/** What the run's one cluster gives to every test file. */
export interface TestCluster {
  /** The owner's URL; its database is not for tests. */
  readonly ownerUrl: string;
  /** A migrated database, to copy; each copy is bootstrapped by itself, for the log's first records name its incarnation. */
  readonly template: string;
  readonly secrets: Secrets;
  /** A home with a PostgreSQL that was made, and no ledger in it, to copy; null with an external server. */
  readonly madeHome: string | null;
  /** Where a failing file leaves word that its database is to be kept; null with an external server. */
  readonly keepMark: string | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: TestCluster;
  }
}

const HOME_PREFIX = 'cutter-test-';
const STATEMENTS_COUNTED = 100_000;

/** One PostgreSQL for the run: embedded in a temporary folder, or the server that CUTTER_TEST_DATABASE_URL names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  useRunFolder();
  // What a program of this run compiles, the next one loads: a start is half imports.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'cutter-compiled');
  const external = process.env['CUTTER_TEST_DATABASE_URL'];
  const embedded = external === undefined ? await startTemporary() : null;
  const ownerUrl = external ?? (embedded as { server: EmbeddedServer }).server.ownerUrl;
  const template = `cutter_template_${process.pid}`;
  const secrets = makeSecrets();
  await makeTemplate(ownerUrl, template, secrets);
  const keepMark = embedded === null ? null : join(embedded.home, 'kept');
  const madeHome = embedded === null ? null : embedded.madeHome;
  project.provide('cluster', { ownerUrl, template, secrets, madeHome, keepMark });
  return async () => {
    await asOwner(ownerUrl, (owner) => owner.query(`drop database if exists ${template}`));
    if (embedded !== null) {
      await embedded.server.stop();
      removeFolder(embedded.madeHome);
      if (existsSync(keepMark as string))
        process.stdout.write(`The cluster of the failed tests is kept in ${embedded.home}\n`);
      else removeFolder(embedded.home);
    }
    leaveRunFolder(HOME_PREFIX);
  };
}

interface Temporary {
  readonly home: string;
  readonly madeHome: string;
  readonly server: EmbeddedServer;
}

async function startTemporary(): Promise<Temporary> {
  removeOldFolders(tmpdir(), HOME_PREFIX, (home) => lockHolder(home) !== null);
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
  return { home, madeHome: copyMadeHome(home), server: await start() };
}

/** As it was made: without this run's settings and its port. */
function copyMadeHome(home: string): string {
  const copy = `${home}-made`;
  execFileSync('cp', ['-a', home, copy]);
  const { data } = clusterPlace(copy, () => {});
  writeFileSync(join(data, 'postgresql.auto.conf'), '');
  rmSync(join(data, 'cutter.conf'));
  return copy;
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
