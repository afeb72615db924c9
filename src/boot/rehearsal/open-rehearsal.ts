/**
 * A rehearsal of one document: a ledger in a database of its own that has what the real one has of it, with keys made
 * for this and thrown away, and a server that nobody else knows.
 */
import type pg from 'pg';
import { pino } from 'pino';
import { ownerClient } from '../../database/owner.ts';
import { openPools, poolUrls } from '../../database/pools.ts';
import { LIMITS } from '../../doors/bounds/limits.ts';
import { makeSecrets, type Secrets } from '../../home/secrets.ts';
import { heldKeys } from '../../keys/custody.ts';
import { type Rules, readRules } from '../../law/rules/rules.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { bootstrapLedger } from '../bootstrap.ts';
import { wireServer } from '../wire.ts';
import { type CopiedDocument, copyDocument } from './copy-document.ts';
import { withScratch } from './scratch.ts';

export interface Rehearsal {
  /** GraphQL's URL of the ledger that is rehearsed on. It listens on this machine alone. */
  readonly url: string;
  /** The tokens of the sample principals, by name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** The rules of the real ledger; null where it has none yet. */
  readonly rules: Rules | null;
  readonly ledger: Pick<Ledger, 'cutToApprove'>;
}

export interface RehearsalOptions {
  readonly ownerUrl: string;
  /** Of the real ledger's home: its logins sign in on the whole server. */
  readonly secrets: Secrets;
  readonly document: CopiedDocument;
}

/** Opens a rehearsal, runs `work` with it, and leaves nothing of it behind. */
export async function withRehearsal<Result>(
  { ownerUrl, secrets, document }: RehearsalOptions,
  work: (rehearsal: Rehearsal) => Promise<Result>,
): Promise<Result> {
  return await withScratch(ownerUrl, async (scratch) => {
    const rules = await fillScratch(ownerUrl, scratch.owner, document);
    // Passwords are the server's, keys this rehearsal's: what it signs, nobody takes for the ledger's.
    const own: Secrets = { ...makeSecrets(), logins: secrets.logins };
    const { tokens } = await bootstrapLedger(scratch.owner, { mode: 'rehearsal', keys: heldKeys(own) });
    const pools = await openPools(poolUrls(scratch.ownerUrl, own));
    try {
      const wired = wireServer({
        pools,
        secrets: own,
        logger: pino({ level: 'silent' }),
        mode: 'rehearsal',
        graphiql: false,
        host: '127.0.0.1',
        port: 0,
        limits: LIMITS,
      });
      try {
        const { url } = await wired.server.listen();
        return await work({ url, tokens, rules, ledger: wired.ledger });
      } finally {
        await wired.close();
      }
    } finally {
      await pools.close();
    }
  });
}

async function fillScratch(
  ownerUrl: string,
  scratch: pg.Client,
  document: CopiedDocument,
): Promise<Rules | null> {
  const real = ownerClient(ownerUrl, 'cutter rehearse');
  await real.connect();
  try {
    await copyDocument(real, scratch, document);
    const { rows } = await real.query<{ body: unknown }>(
      '/* rehearsal.rules */ select body from cutter_auth.rules order by version desc limit 1',
    );
    return rows[0] === undefined ? null : readRules(rows[0].body, []).rules;
  } finally {
    await real.end();
  }
}
