import type { DatabasePool } from 'slonik';
import { beforeAll, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { type CutLook, lookForCut } from '../../src/ledger/cut-look.ts';
import { phaseIds } from '../../src/ledger/envelope/ids.ts';
import type { ExecTx, VerifyTx } from '../../src/ledger/envelope/transaction.ts';
import { lookForReview, type ReviewInput } from '../../src/ledger/review-look.ts';
import { lookForVerify } from '../../src/ledger/verify/verify-look.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { read, readingContext } from '../reading/reading-ledger.ts';
import {
  insertEntries,
  liveDecision,
  type RandomDecision,
  type RandomEntry,
  randomEntries,
} from './random-entries.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

let made: Promise<RandomEntry[]> | undefined;
/** Entries at the end of random ways, made for the first test that asks. */
function ledger(): Promise<RandomEntry[]> {
  const entries = randomEntries(seeded(testSeed()).named('entries'), 200);
  made ??= insertEntries(database.superuser, entries).then(() => entries);
  return made;
}

/** What a verb reads with, outside a call. */
const bare = <V extends Verb>(verb: V) => ({
  ids: phaseIds(verb, 'a key'),
  signer: { by: 'server', keyId: 'none' },
});
const inExec = <V extends 'review' | 'cut', T>(verb: V, work: (tx: ExecTx<V>) => Promise<T>): Promise<T> =>
  (database.pools.exec as DatabasePool).transaction((connection) =>
    work({ ...bare(verb), connection, lane: 'DOT-991' } as unknown as ExecTx<V>),
  );
const inVerify = <T>(work: (tx: VerifyTx) => Promise<T>): Promise<T> =>
  (database.pools.verify as DatabasePool).transaction((connection) =>
    work({ ...bare('verify'), connection, lane: 'DOT-992' } as unknown as VerifyTx),
  );

const isCovering = (entries: readonly RandomEntry[]) =>
  entries.filter(({ decisions }) => decisions.length > 1).length > 3 &&
  entries.some(({ decisions }) => decisions.length === 0);

test('CUT judges by the decision that nothing superseded, with its times', async () => {
  const entries = await ledger();
  expect(isCovering(entries)).toBe(true);
  for (const entry of entries) {
    const input = { idempotencyKey: 'k', entryId: entry.id, manifestDigest: 'sha256:0' };
    const { look } = await inExec('cut', (tx) => lookForCut(tx, input));
    expect(look.approval, entry.id).toEqual(approvalOf(liveDecision(entry)));
  }
});

function approvalOf(decision: RandomDecision | null): CutLook['approval'] {
  if (decision === null) return null;
  return {
    id: decision.id,
    manifest_id: decision.manifestId,
    manifest_version: decision.manifestDigest,
    verdict: decision.verdict,
    unit_local_id: null,
    expires_at: decision.expiresAt,
    not_before: decision.notBefore,
    risk_class: 'standard',
  };
}

test('REVIEW asks for the same one', async () => {
  for (const entry of await ledger()) {
    const input = { entryId: entry.id, expiresAt: null, manifestDigest: 'sha256:0' } as ReviewInput;
    const { live_decision: live } = await inExec('review', (tx) => lookForReview(tx, input));
    const due = liveDecision(entry);
    expect(live, entry.id).toEqual(
      due === null ? null : { id: due.id, verdict: due.verdict, not_before: due.notBefore },
    );
  }
});

test('VERIFY judges by the decision that the cut names, and sees whether it was superseded', async () => {
  const cuts = (await ledger()).filter(({ cut }) => cut !== null);
  expect(cuts.length).toBeGreaterThan(0);
  for (const { cut } of cuts) {
    const decision = cut?.decision as RandomDecision;
    const { decision: seen } = await inVerify((tx) => lookForVerify(tx, cut?.id as string));
    expect(seen).toEqual({
      manifest_id: decision.manifestId,
      manifest_version: decision.manifestDigest,
      verdict: decision.verdict,
      risk_class: 'standard',
      superseded: decision.supersededBy !== null,
      unit_local_id: null,
      expires_at: decision.expiresAt,
      not_before: decision.notBefore,
    });
  }
});

test('readers see the same one, and the cut', async () => {
  const context = readingContext(database.pools.observe);
  const query =
    'query ($id: UUID!) { entry(entryId: $id) { liveDecision { reviewDecisionId } cut { changeSetId } verification { verdict } } }';
  for (const entry of await ledger()) {
    const live = liveDecision(entry);
    expect((await read(context, query, { id: entry.id })).entry, entry.id).toEqual({
      liveDecision: live === null ? null : { reviewDecisionId: live.id },
      cut: entry.cut === null ? null : { changeSetId: entry.cut.id },
      verification: null,
    });
  }
});
