import { sql } from 'slonik';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyTx } from '../../../src/ledger/envelope/transaction.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  sweepAll,
  verified,
  verifyCut,
  wasCut,
} from '../../harness/cycle.ts';
import { EXAMPLES, perform, VERBS } from '../../harness/examples.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

interface Count {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
}

let server: TestServer;
let counted: Count[] = [];

const statRow = z.object({ table: z.string(), inserted: z.int(), updated: z.int() });

/** What PostgreSQL has counted in this session and not yet handed over: compared before and after a verb, what the verb did. */
async function statistics(tx: Pick<AnyTx, 'connection'>): Promise<readonly Count[]> {
  return tx.connection.any(sql.type(statRow)`
    select case schemaname when 'cutter_governance' then '' else schemaname || '.' end || relname as table,
      n_tup_ins::int as inserted, n_tup_upd::int as updated
    from pg_stat_xact_user_tables where schemaname in ('cutter_governance', 'cutter_source', 'cutter_auth',
      'public') order by 1`);
}

function difference(before: readonly Count[], after: readonly Count[]): Count[] {
  return after
    .map(({ table, inserted, updated }, at) => ({
      table,
      inserted: inserted - (before[at]?.inserted ?? 0),
      updated: updated - (before[at]?.updated ?? 0),
    }))
    .filter(({ inserted, updated }) => inserted + updated > 0);
}

/** Lets every verb run as it is, and looks at PostgreSQL's own counts around it. */
beforeAll(async () => {
  server = await testServer();
  const { ledger } = server;
  const { asExec, asVerify, asRegistrar } = ledger;
  ledger.asExec = (phase, work) =>
    asExec(phase, async (tx) => {
      const before = await statistics(tx);
      const done = await work(tx);
      counted = difference(before, await statistics(tx));
      return done;
    });
  ledger.asRegistrar = (phase, work) =>
    asRegistrar(phase, async (tx) => {
      const before = await statistics(tx);
      const done = await work(tx);
      counted = difference(before, await statistics(tx));
      return done;
    });
  ledger.asVerify = (phase, work) =>
    asVerify(phase, async (tx) => {
      const before = await statistics(tx);
      const done = await work(tx);
      counted = difference(before, await statistics(tx));
      return done;
    });
});

const sorted = (rows: readonly Count[]): Count[] => [...rows].sort((a, b) => (a.table < b.table ? -1 : 1));

describe('the rows of a success are those that PostgreSQL inserted and updated', () => {
  test.each(VERBS)('by %s, in a dry run too', async (verb) => {
    const example = await EXAMPLES[verb](server);
    const dry = await perform(server, example, { dryRun: true });
    expect(sorted(dry.rows)).toEqual(sorted(counted));
    const answer = await perform(server, example);
    expect(sorted(answer.rows)).toEqual(sorted(counted));
    expect(answer.rows).toEqual(dry.rows);
    expect(counted.length).toBeGreaterThan(0);
  });

  test('by a first cut: each unit born is updated with its anchors', async () => {
    const example = await EXAMPLES.cut(server);
    const { rows } = await perform(server, example);
    const units = rows.find(({ table }: Count) => table === 'public.information_unit');
    expect(units.inserted).toBeGreaterThan(1);
    expect(units.updated).toBe(units.inserted);
    expect(sorted(rows)).toEqual(sorted(counted));
  });

  test('by an amendment, which bears one unit and moves the anchors of others', async () => {
    const name = fresh('amended');
    const text = `# ${name}\n\nFirst.\n\n## One\n\nOne.\n\n## Two\n\nTwo.\n`;
    await verified(server, await marked(server, name, { text, docCode: name }));
    const amended = `${text.replace('Two.', 'Two, amended.')}\n## Three\n\nThree.\n`;
    const entry = await marked(server, `${name}-2`, { text: amended, docCode: name });
    await wasCut(server, entry);
    const { rows } = { rows: counted };
    const units = rows.find(({ table }) => table === 'public.information_unit') as Count;
    expect(units.updated).toBeGreaterThan(units.inserted);
    const again = await verifyCut(server, await wasCut(server));
    expect(sorted(again.rows)).toEqual(sorted(counted));
  });

  test('by a review that supersedes a decision', async () => {
    const made = await marked(server);
    await sweepAll(server);
    const { entryId } = made;
    const manifestDigest = await manifestOf(server, entryId);
    const input = { entryId, manifestDigest, verdict: 'APPROVE' };
    const review = (more: object): Promise<Loose> =>
      call(server, server.tokens.reviewer, 'review', { ...input, ...more }, 'decision { reviewDecisionId }');
    const first = await review({ idempotencyKey: fresh('first') });
    const { rows } = await review({
      idempotencyKey: fresh('second'),
      supersedesDecisionId: first.decision.reviewDecisionId,
    });
    expect(sorted(rows)).toEqual(sorted(counted));
    expect(rows).toContainEqual({ table: 'review_decision', inserted: 1, updated: 1 });
  });

  test('by a verification that fails, with its compensation and escalation', async () => {
    const cut = await wasCut(server);
    await server.superuser.query(
      `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
      [cut.changeSetId],
    );
    const failed = await verifyCut(server, cut);
    expect(failed.result.verdict).toBe('FAIL');
    expect(sorted(failed.rows)).toEqual(sorted(counted));
  });
});
