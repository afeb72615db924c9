/** A ledger on a cluster of its own, whose data directory can be kept and put back while it is down. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import pg from 'pg';
import { pino } from 'pino';
import { prepareLedger } from '../../src/boot/prepare.ts';
import { wireServer } from '../../src/boot/wire.ts';
import { type ResumeOptions, resumeLedger } from '../../src/cli/resume.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { clusterPlace } from '../../src/database/cluster/cluster-place.ts';
import { startEmbedded } from '../../src/database/cluster/embedded.ts';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import { homeCustody } from '../../src/keys/custody.ts';
import { ownedHome } from './crash-processes.ts';
import { send } from './doors.ts';
import type { TestServer } from './server.ts';
import { homeWithCluster } from './start-command.ts';
import { unfolded } from './unfolded.ts';

export interface Up
  extends Pick<TestServer, 'url' | 'tokens' | 'superuser' | 'gql' | 'feed' | 'provable' | 'integrator'> {
  readonly ownerUrl: string;
  readonly evidenceUrl: string;
  /** Sentences of the start. */
  readonly told: readonly string[];
  /** Alarms of the log, by name. */
  readonly alarms: readonly string[];
  readonly secrets: Secrets;
  down(): Promise<void>;
}

export interface RestoreGround {
  readonly home: string;
  /** The heads that are kept outside the database. */
  readonly heads: string;
  up(options?: { readonly heads?: boolean }): Promise<Up>;
  /** While it is down. */
  keep(name: string): void;
  putBack(name: string): void;
  /** The process of its PostgreSQL. */
  postmaster(): number;
  /** `cutter resume` in this home; what it said, and its status. */
  resume(options?: Partial<ResumeOptions>): Promise<{ readonly code: number; readonly said: string }>;
  remove(): void;
}

export function restoreGround(): RestoreGround {
  const home = homeWithCluster(ownedHome(join(tmpdir(), `cutter-restore-${randomUUID()}`)));
  const heads = join(home, 'checkpoints');
  const data = (): string => clusterPlace(home, () => {}).data;
  const copy = (from: string, to: string): void => {
    execFileSync('rm', ['-rf', to]);
    execFileSync('cp', ['-a', from, to]);
  };
  return {
    home,
    heads,
    async up({ heads: isKept = true } = {}) {
      const told: string[] = [];
      const alarms: string[] = [];
      const embedded = await startEmbedded({ home, log: () => {} });
      const prepared = await prepareLedger({
        ownerUrl: embedded.ownerUrl,
        home,
        mode: 'rehearsal',
        heads: isKept ? heads : null,
        report: (line) => told.push(line),
      });
      const write = (line: string) => {
        const { alarm } = JSON.parse(line) as { alarm?: string };
        if (alarm !== undefined) alarms.push(alarm);
      };
      const wired = wireServer({
        pools: prepared.pools,
        secrets: prepared.secrets,
        custody: homeCustody(home, prepared.secrets, () => {}),
        logger: pino({ level: 'error' }, { write }),
        mode: 'rehearsal',
        graphiql: false,
        host: '127.0.0.1',
        port: 0,
        limits: LIMITS,
        ...(isKept ? { checkpoints: { file: heads, url: null } } : {}),
      });
      const { url } = await wired.server.listen();
      const superuser = new pg.Pool({ connectionString: embedded.ownerUrl, max: 2 });
      superuser.on('error', () => {});
      return {
        ...wired,
        url,
        told,
        alarms,
        ownerUrl: embedded.ownerUrl,
        evidenceUrl: prepared.pools.urls.evidence,
        secrets: prepared.secrets,
        tokens: prepared.tokens as TestServer['tokens'],
        superuser,
        async gql(token, query, variables = {}) {
          const answer = await send(url, { token: token ?? undefined, body: { query, variables } });
          return { status: answer.status, body: JSON.parse(answer.text) };
        },
        async down() {
          await wired.close();
          await superuser.end();
          await prepared.pools.close();
          await embedded.stop();
        },
      };
    },
    keep: (name) => copy(data(), `${data()}.${name}`),
    putBack: (name) => copy(`${data()}.${name}`, data()),
    postmaster: () => Number.parseInt(readFileSync(join(data(), 'postmaster.pid'), 'utf8'), 10),
    async resume(options = {}) {
      let said = '';
      const output = new Writable({
        write(chunk: Buffer, _encoding, done) {
          said += chunk;
          done();
        },
      });
      const config: Config = readConfig({ CUTTER_HOME: home, CUTTER_CHECKPOINT_FILE: heads });
      const terminal = { input: new PassThrough(), output, interactive: false };
      return { code: await resumeLedger({ yes: true, ...options }, config, terminal), said: unfolded(said) };
    },
    remove() {
      if (!existsSync(home)) return;
      const place = data();
      execFileSync('sh', ['-c', `rm -rf '${place}'*`]);
      execFileSync('rm', ['-rf', home]);
    },
  };
}
