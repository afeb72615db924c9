/**
 * Wires a ledger to its server: phases, integrator, feed, doors. It doesn't close what it is given (pools, secrets);
 * it closes what it makes, in reverse. The program and the tests start the same parts by this one function.
 */
import type { Logger } from 'pino';
import { authorityEnded, createAuthenticator, refuseEnded } from '../auth/authenticate.ts';
import type { Config } from '../config.ts';
import { isDamage } from '../database/outage.ts';
import type { Pools } from '../database/pools.ts';
import { callNow } from '../doors/web/call.ts';
import { shareDrift } from '../drift/check-drift.ts';
import { programDigests } from '../drift/program-digests.ts';
import { ShapeGuard } from '../drift/shape-guard.ts';
import { type ScrubOptions, startScrub } from '../fsck/scrub/scrub.ts';
import { type Secrets, serverSeedOf } from '../home/secrets.ts';
import { fixedCustody } from '../keys/custody.ts';
import type { Custody } from '../law/keys.ts';
import { Refusal } from '../law/refusals.ts';
import { watchWrites } from '../ledger/envelope/write-health.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { startAudit } from '../log/audit/audit-writer.ts';
import { type CheckpointSink, fileSink, urlSink } from '../log/checkpoint/checkpoint-sinks.ts';
import { cursorKeyFrom } from '../log/feed/cursor.ts';
import { type HistoryFeed, startFeed } from '../log/feed/feed.ts';
import { type Integrator, startIntegrator } from '../log/queue/integrator.ts';
import { seenInHeads } from '../log/setback/kept-heads.ts';
import { type Provable, startProvable } from '../log/tree/provable.ts';
import { openPassportOffice } from '../passport/issue/issue.ts';
import { openReadiness } from '../readiness/readiness.ts';
import { readinessFacts } from '../reading/nouns/entry-law.ts';
import { schema } from '../resolvers/index.ts';
import { buildServer, type CutterServer } from './server.ts';
import { readinessChecks } from './service-readiness.ts';

export interface WireOptions extends Pick<Config, 'mode' | 'graphiql' | 'host' | 'port' | 'limits'> {
  readonly pools: Pools;
  readonly secrets: Secrets;
  /** Where the lanes' keys are; absent: as the secrets have them, for good. */
  readonly custody?: Custody;
  readonly logger: Logger;
  readonly names?: Config['names'];
  readonly proxies?: Config['proxies'];
  readonly basePath?: Config['basePath'];
  readonly documents?: Config['documents'];
  readonly checkpoints?: Config['checkpoints'];
  readonly heartbeatMs?: Config['heartbeatMs'];
  readonly witnesses?: Config['witnesses'];
  /** How the ledger is checked in the background; null or absent: not at all. */
  readonly scrub?: Partial<ScrubOptions> | null;
}

export interface Wired {
  readonly server: CutterServer;
  readonly ledger: Ledger;
  readonly feed: HistoryFeed;
  /** Null in a process that holds no secret for it; another one integrates. */
  readonly integrator: Integrator | null;
  /** The tree over the log, and the heads that this process's lanes sign. */
  readonly provable: Provable;
  close(): Promise<void>;
}

export function wireServer(options: WireOptions): Wired {
  const { pools, secrets, logger, checkpoints, witnesses, heartbeatMs, scrub: pace, ...config } = options;
  const custody = options.custody ?? fixedCustody(secrets);
  const sinks = openSinks(checkpoints ?? { file: null, url: null });
  const seen = seenInHeads(sinks);
  const integratorUrl = pools.urls.integrator;
  const integrator =
    integratorUrl === null
      ? null
      : startIntegrator({ url: integratorUrl, log: logger, seen, knownOf: custody.knownOf });
  const provable = startProvable({
    pools,
    custody,
    integrator,
    sinks,
    seen,
    witnesses: witnesses ?? [],
    log: logger,
  });
  const feed = startFeed({
    observe: pools.observe,
    listenUrl: pools.urls.observe,
    ...(integrator === null ? {} : { integrator }),
    checkpoints: provable.checkpoints,
    seen,
    cursorKey: cursorKeyFrom(secrets.logins.cutter_observe as string),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    authorityEnded: (tokens) => authorityEnded(pools.gate, tokens),
    unlessSilent: pools.watch.unlessSilent,
    log: logger,
  });
  const writes = watchWrites(pools.exec ?? pools.verify, logger);
  pools.watch.onDurability((lost) => {
    if (lost === null) logger.warn('the database again stores durably what it acknowledges; writes go on');
    else logger.error({ lost, alarm: 'DURABILITY_LOST' }, `no writes are taken. ${lost}`);
  });
  const ledger = openLedger({
    pools: { ...pools, reader: pools.limited.reader },
    custody,
    lost: pools.watch.lost,
    shape: new ShapeGuard(),
    program: programDigests,
    wrote: writes.note,
    committed: () => integrator?.nudge(),
    alarm: (error, call) => {
      // A refusal is an answer; anything else is a defect, or a grant that isn't as the code believes.
      if (error instanceof Refusal) return;
      const alarm = isDamage(error) ? { alarm: 'DATABASE_DAMAGED' } : {};
      logger.error({ err: error, verb: call.verb, ...alarm }, 'a phase failed');
    },
  });
  const readiness = openReadiness({
    pools,
    custody,
    integrator,
    writes,
    ledger,
    shape: new ShapeGuard(),
    mode: config.mode,
    witnesses: witnesses?.length ?? 0,
    keepsHeads: sinks.length > 0,
    factsSql: readinessFacts,
  });
  const auditor = startAudit({ gate: pools.gate, origin: callNow, log: logger });
  const scrub = pace == null ? null : startScrub({ url: pools.urls.evidence, log: logger, ...pace });
  const server = buildServer({
    ...config,
    schema,
    ledger,
    feed,
    observe: pools.limited.observe,
    reads: pools.reads,
    reader: pools.limited.reader,
    proofs: provable.proofs,
    passport: openPassportOffice({ ...pools, checkpoints: provable.checkpoints }),
    integrity: () => scrub?.state() ?? { lastPass: null, currentPass: null },
    drift: shareDrift(pools.urls.evidence),
    auditor,
    logger,
    serverSeed: serverSeedOf(secrets),
    refuseEnded: (caller, scope) => refuseEnded(pools.gate, caller, scope),
    authenticate: createAuthenticator({ gate: pools.gate, mode: config.mode }),
    readiness,
    ready: readinessChecks(readiness.stopping),
  });
  return {
    server,
    ledger,
    feed,
    integrator,
    provable,
    async close() {
      await server.close();
      await auditor.close();
      await feed.close();
      await scrub?.close();
      await provable.close();
      await integrator?.close();
    },
  };
}

function openSinks({ file, url }: Config['checkpoints']): CheckpointSink[] {
  return [...(file === null ? [] : [fileSink(file)]), ...(url === null ? [] : [urlSink(url)])];
}
