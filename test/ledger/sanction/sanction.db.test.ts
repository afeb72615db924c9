/** A production cut needs a live approval of exactly what it does, by a person on no side of its entry. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { settled } from '../../fsck/fsck-ground.ts';
import {
  type ProductionServer,
  productionCaller,
  productionServer,
  STATEMENT,
  seedOfCaller,
  signatureOf,
  signedApproval,
} from '../../harness/approvers.ts';
import type { Caller } from '../../harness/callers.ts';
import { call, fresh, type Loose, marked, type Reviewed, reviewed } from '../../harness/cycle.ts';
import { rowCounts } from '../../harness/row-counts.ts';
import { testServer } from '../../harness/server.ts';

let server: ProductionServer;
beforeAll(async () => {
  server = await productionServer();
});

type Made = Pick<Reviewed, 'entryId' | 'manifestDigest'>;

const cut = (made: Made, who: Caller = server.callers.executor): Promise<Loose> =>
  call(
    server,
    who.token,
    'cut',
    { idempotencyKey: fresh('cut'), entryId: made.entryId, manifestDigest: made.manifestDigest },
    'changeSet { changeSetId }',
  );

async function approve(
  made: Made,
  more: Record<string, unknown> = {},
  who: Caller = server.approver,
): Promise<Loose> {
  const { entryId, manifestDigest } = made;
  const input = { idempotencyKey: fresh('approve'), entryId, manifestDigest, ...more };
  const seed = await seedOfCaller(server, who);
  return await signedApproval(server, who.token, seed, input, 'approvalId position');
}

async function approved(made: Made, more: Record<string, unknown> = {}, who?: Caller): Promise<string> {
  const answer = await approve(made, more, who);
  expect(answer).toMatchObject({ __typename: 'ApproveCutSuccess', replayed: false });
  return answer.approvalId;
}

const refusedBy = (...codes: string[]) => ({
  __typename: 'NotSanctioned',
  guard: 'G-CUT-SOVEREIGN',
  retryable: true,
  problems: codes.map((code) => expect.objectContaining({ code })),
});

async function entryOf(entryId: string): Promise<Loose> {
  const { body } = await server.gql(
    server.tokens.observer,
    `query ($id: UUID!) { entry(entryId: $id) { status blockedBecause { code }
      cutApproval { approvalId manifestDigest sourceDigest unitCount effectDigest target vocabularyDigest schemaDigest
        writerDigest approvedBy keyId approvedAt expiresAt usedBy revokedAt } } }`,
    { id: entryId },
  );
  expect(body.errors).toBeUndefined();
  return body.data.entry;
}

describe('a production cut', () => {
  test('is refused without an approval, and the entry says so', async () => {
    const made = await reviewed(server);
    const before = await rowCounts(server);
    expect(await cut(made)).toMatchObject(refusedBy('sanction-missing'));
    expect(await rowCounts(server)).toEqual(before);
    expect(await entryOf(made.entryId)).toMatchObject({
      blockedBecause: [{ code: 'sanction-missing' }],
      cutApproval: null,
    });
  });

  test('runs once with a live one, which is used in the same transaction', async () => {
    const made = await reviewed(server);
    const approvalId = await approved(made);
    expect(await entryOf(made.entryId)).toMatchObject({
      blockedBecause: [],
      cutApproval: {
        approvalId,
        manifestDigest: made.manifestDigest,
        unitCount: 4,
        approvedBy: server.approver.principalId,
        usedBy: null,
        revokedAt: null,
      },
    });
    const done = await cut(made);
    expect(done).toMatchObject({ __typename: 'CutSuccess' });
    expect(done.rows).toContainEqual({ table: 'cutter_auth.cut_approval', inserted: 0, updated: 1 });
    const { changeSetId } = done.changeSet;
    expect((await entryOf(made.entryId)).cutApproval).toMatchObject({ usedBy: changeSetId });
    const verified = { idempotencyKey: fresh('verify'), changeSetId };
    const answer = await call(server, server.tokens.verifier, 'verify', verified, 'result { verdict }');
    expect(answer).toMatchObject({ __typename: 'VerifySuccess', result: { verdict: 'PASS' } });
    await settled(server);
    expect((await checkLedger({ url: server.database.urls.evidence })).findings).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ table: 'cutter_auth.cut_approval' })]),
    );
  });

  test('a dry run of it needs the approval, too, and leaves it unused', async () => {
    const made = await reviewed(server);
    const input = { ...made, idempotencyKey: fresh('dry'), dryRun: true } as Record<string, unknown>;
    const { idempotencyKey, dryRun } = input;
    const { entryId, manifestDigest } = made;
    const dry = () =>
      call(server, server.tokens.executor, 'cut', { idempotencyKey, dryRun, entryId, manifestDigest });
    expect(await dry()).toMatchObject(refusedBy('sanction-missing'));
    await approved(made);
    expect(await dry()).toMatchObject({ __typename: 'CutSuccess', dryRun: true });
    expect((await entryOf(entryId)).cutApproval.usedBy).toBeNull();
  });

  test('of the approved plan under another entry, or of one byte more, has no approval', async () => {
    const made = await reviewed(server);
    await approved(made);
    const other = await reviewed(server, 'APPROVE', await marked(server));
    expect(await cut(other)).toMatchObject(refusedBy('sanction-missing'));
    expect(await cut({ entryId: other.entryId, manifestDigest: made.manifestDigest })).toMatchObject({
      __typename: 'NotApproved',
    });
  });

  test('whose approval was superseded by a reject is refused as such', async () => {
    const made = await reviewed(server);
    await approved(made);
    const rejected = await call(server, server.tokens.reviewer, 'review', {
      idempotencyKey: fresh('reject'),
      entryId: made.entryId,
      verdict: 'REJECT',
      manifestDigest: made.manifestDigest,
      supersedesDecisionId: made.decisionId,
    });
    expect(rejected.__typename).toBe('ReviewSuccess');
    expect(await cut(made)).toMatchObject({ __typename: 'IllegalTransition' });
  });

  test('is refused once its approval was revoked, and runs with a new one', async () => {
    const made = await reviewed(server);
    const approvalId = await approved(made);
    const key = fresh('revoke');
    const revoke = () =>
      call(
        server,
        server.approver.token,
        'revokeCutApproval',
        { idempotencyKey: key, approvalId, reason: 'Not today.' },
        'approvalId',
      );
    expect(await revoke()).toMatchObject({ __typename: 'RevokeCutApprovalSuccess', replayed: false });
    expect(await revoke()).toMatchObject({ __typename: 'RevokeCutApprovalSuccess', replayed: true });
    expect(await cut(made)).toMatchObject(refusedBy('sanction-revoked'));
    await approved(made);
    expect(await cut(made)).toMatchObject({ __typename: 'CutSuccess' });
  });

  test.each<[string, string, string]>([
    ['expired', "expires_at = transaction_timestamp() - interval '1 second'", 'sanction-expired'],
    ['used', "used_by_change_set_id = '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144'", 'sanction-used'],
  ])('is refused with one that is %s', async (_, change, code) => {
    const made = await reviewed(server);
    const approvalId = await approved(made);
    await server.superuser.query(`update cutter_auth.cut_approval set ${change} where approval_id = $1`, [
      approvalId,
    ]);
    expect(await cut(made)).toMatchObject(refusedBy(code));
    expect((await entryOf(made.entryId)).blockedBecause).toEqual([{ code }]);
  });

  test('an approval that was used stays used: it can be revoked no more', async () => {
    const made = await reviewed(server);
    const approvalId = await approved(made);
    expect(await cut(made)).toMatchObject({ __typename: 'CutSuccess' });
    const input = { idempotencyKey: fresh('revoke'), approvalId };
    expect(await call(server, server.approver.token, 'revokeCutApproval', input)).toMatchObject({
      __typename: 'IllegalTransition',
      problems: [{ code: 'sanction-used' }],
    });
  });

  test.each<[string, string, string]>([
    ['suspended', 'disabled_at = now()', 'approver-suspended'],
    ['no longer one who approves', "scopes = array['ledger:observe']", 'approver-barred-from-cut'],
  ])('is refused where its approver is %s', async (_, change, code) => {
    const approver = await productionCaller(server, ['approval:grant']);
    const made = await reviewed(server);
    await approved(made, {}, approver);
    await server.superuser.query(`update cutter_auth.principal set ${change} where principal_id = $1`, [
      approver.principalId,
    ]);
    expect(await cut(made)).toMatchObject(refusedBy(code));
  });

  test.each([
    ['manifest_digest', 'manifest-differs'],
    ['source_digest', 'source-differs'],
    ['effect_digest', 'effect-differs'],
    ['target', 'target-differs'],
    ['vocabulary_digest', 'vocabulary-differs'],
    ['schema_digest', 'schema-differs'],
    ['writer_digest', 'writer-differs'],
  ])(
    'is refused where the approval has another %s, which is named, and no signature covers it',
    async (column, code) => {
      const made = await reviewed(server);
      const approvalId = await approved(made);
      const other = `sha256:${'0'.repeat(64)}`;
      await server.superuser.query(
        `update cutter_auth.cut_approval set ${column} = $2 where approval_id = $1`,
        [approvalId, other],
      );
      expect(await cut(made)).toMatchObject(refusedBy('sanction-unsigned', code));
    },
  );

  test('is refused where its executor answers for the approver', async () => {
    const made = await reviewed(server);
    const { personId } = server.callers.executor;
    await approved(made, {}, await productionCaller(server, ['approval:grant'], personId));
    expect(await cut(made)).toMatchObject(refusedBy('approver-is-executor'));
  });
});

test('who approved a cut, or answers for who did, does not verify it', async () => {
  const made = await reviewed(server);
  const { personId } = server.callers.verifier;
  await approved(made, {}, await productionCaller(server, ['approval:grant'], personId));
  const { changeSet } = await cut(made);
  const input = { idempotencyKey: fresh('verify'), changeSetId: changeSet.changeSetId };
  expect(await call(server, server.tokens.verifier, 'verify', input)).toMatchObject({
    __typename: 'SameParty',
    guard: 'G-VERIFY-SOD',
    problems: [{ code: 'approver-is-verifier' }],
  });
});

describe('approveCut', () => {
  test.each(['marker', 'reviewer'] as const)('by the person of the %s is SameParty', async (side) => {
    const made = await reviewed(server);
    const { personId } = server.callers[side];
    const who = await productionCaller(server, ['approval:grant'], personId);
    expect(await approve(made, {}, who)).toMatchObject({
      __typename: 'SameParty',
      problems: expect.arrayContaining([expect.objectContaining({ code: `approver-is-${side}` })]),
    });
  });

  test('needs the approver’s own key, a signature, and one of exactly the statement', async () => {
    const made = await reviewed(server);
    const { entryId, manifestDigest } = made;
    const keyless = await productionCaller(server, ['approval:grant']);
    const input = { idempotencyKey: fresh('approve'), entryId, manifestDigest };
    expect(await call(server, keyless.token, 'approveCut', { ...input, dryRun: true })).toMatchObject({
      __typename: 'LaneMismatch',
      problems: [{ code: 'no-own-key' }],
    });
    const seed = await seedOfCaller(server, server.approver);
    const { token } = server.approver;
    expect(await call(server, token, 'approveCut', input)).toMatchObject({
      __typename: 'SignatureRefused',
      problems: [{ code: 'signature-missing' }],
    });
    const { statement } = await call(server, token, 'approveCut', { ...input, dryRun: true }, STATEMENT);
    const lane = Buffer.from(server.database.secrets.seeds['DOT-991'] as string, 'base64');
    for (const other of [new Uint8Array(lane), new Uint8Array(randomBytes(32))])
      expect(
        await call(server, token, 'approveCut', { ...input, signature: signatureOf(statement, other) }),
      ).toMatchObject({ __typename: 'SignatureRefused', problems: [{ code: 'key-of-other-principal' }] });
    const good = signatureOf(statement, seed) as Loose;
    const forged = { ...good, signature: Buffer.alloc(64, 7).toString('base64') };
    expect(await call(server, token, 'approveCut', { ...input, signature: forged })).toMatchObject({
      __typename: 'SignatureRefused',
      problems: [{ code: 'signature-invalid' }],
    });
    const otherEntry = await reviewed(server);
    const moved = { ...input, entryId: otherEntry.entryId, manifestDigest: otherEntry.manifestDigest };
    const answer = await call(server, token, 'approveCut', { ...moved, signature: good });
    expect(answer.__typename).toBe('SignatureRefused');
    expect(answer.problems.map(({ path }: Loose) => path.at(-1))).toEqual(
      expect.arrayContaining(['entryId', 'manifestDigest', 'effectDigest', 'sourceDigest', 'target']),
    );
    expect(await call(server, token, 'approveCut', { ...input, signature: good })).toMatchObject({
      __typename: 'ApproveCutSuccess',
      replayed: false,
    });
    expect(await call(server, token, 'approveCut', { ...input, signature: good })).toMatchObject({
      __typename: 'ApproveCutSuccess',
      replayed: true,
    });
  });

  test('ends within 12 hours, is for approved entries alone, and for what their reviewers approved', async () => {
    const made = await reviewed(server);
    const late = new Date(Date.now() + 13 * 3_600_000).toISOString();
    expect(await approve(made, { expiresAt: late })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['input', 'expiresAt'], code: 'expiry-out-of-range' }],
    });
    expect(await approve({ ...made, manifestDigest: `sha256:${'0'.repeat(64)}` })).toMatchObject({
      __typename: 'NotApproved',
    });
    const early = await marked(server);
    expect(await approve({ ...made, entryId: early.entryId })).toMatchObject({
      __typename: 'IllegalTransition',
    });
  });
});

test('a rehearsal asks for no approval, and uses none', async () => {
  const rehearsal = await testServer();
  const made = await reviewed(rehearsal);
  const input = {
    idempotencyKey: fresh('cut'),
    entryId: made.entryId,
    manifestDigest: made.manifestDigest,
  };
  expect(await call(rehearsal, rehearsal.tokens.executor, 'cut', input)).toMatchObject({
    __typename: 'CutSuccess',
  });
});
