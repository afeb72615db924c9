import { beforeAll, describe, expect, test } from 'vitest';
import { personIdOf } from '../../../src/auth/sample-parties.ts';
import { type Caller, caller } from '../../harness/callers.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sweepAll,
  verifyCut,
  wasCut,
} from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const READ = ['ledger:observe', 'ledger:evidence', 'document:read'] as const;
const of = (person: string, ...scopes: Parameters<typeof caller>[1]['scopes']): Promise<Caller> =>
  caller(server, { scopes: [...READ, ...scopes], personId: personIdOf(person) });

async function cutBy(token: string, made: { entryId: string; manifestDigest: string }): Promise<Loose> {
  const { entryId, manifestDigest } = made;
  return await call(server, token, 'cut', { idempotencyKey: fresh('cut'), entryId, manifestDigest });
}

async function actionsOf(token: string, entryId: string): Promise<readonly string[]> {
  const { body } = await server.gql(token, 'query ($id: UUID!) { entry(entryId: $id) { actions } }', {
    id: entryId,
  });
  return body.data?.entry.actions;
}

describe('four persons on the four sides of an entry', () => {
  test.each([
    [
      'Rene Sample',
      'executor-is-reviewer',
      /apart from its reviewers.*you, or a principal that you answer for/,
    ],
    ['Mara Sample', 'executor-is-marker', /apart from who registered or marked it/],
  ])('a service of %s doesn’t cut (%s)', async (person, code, message) => {
    const { token } = await of(person, 'change:cut');
    const made = await reviewed(server);
    const answer = await cutBy(token, made);
    expect(answer).toMatchObject({ __typename: 'SameParty', guard: null, retryable: false });
    expect(answer.problems[0]).toMatchObject({ code, path: ['input', 'entryId'] });
    expect(answer.message).toMatch(message);
    expect(answer.message).toMatch(/Ask another person/);
    expect(await actionsOf(token, made.entryId)).toEqual([]);
    expect((await cutBy(server.tokens.executor, made)).__typename).toBe('CutSuccess');
  });

  test.each([
    ['Rene Sample', 'verifier-is-reviewer'],
    ['Mara Sample', 'verifier-is-marker'],
    ['Elif Sample', 'same-person'],
  ])('a principal of %s doesn’t verify (%s)', async (person, code) => {
    const { token } = await of(person, 'change:verify');
    const made = await wasCut(server);
    const input = { idempotencyKey: fresh('verify'), changeSetId: made.changeSetId };
    const answer = await call(server, token, 'verify', input);
    expect(answer).toMatchObject({ __typename: 'SameParty', guard: 'G-VERIFY-SOD', retryable: false });
    expect(answer.problems[0]).toMatchObject({ code });
    expect(await actionsOf(token, made.entryId)).toEqual([]);
    expect((await verifyCut(server, made)).__typename).toBe('VerifySuccess');
  });

  test('an administrator is not exempt', async () => {
    const { token } = await of('Rene Sample', 'change:cut', 'principal:admin', 'rules:change');
    expect(await cutBy(token, await reviewed(server))).toMatchObject({ __typename: 'SameParty' });
  });

  test('whoever gave any verdict on a plan is its reviewer, though another approved it', async () => {
    const made = await reviewed(server, 'DEFER');
    await sweepAll(server);
    const other = await caller(server, { scopes: [...READ, 'entry:review'] });
    const approved = await call(server, other.token, 'review', {
      idempotencyKey: fresh('again'),
      entryId: made.entryId,
      verdict: 'APPROVE',
      manifestDigest: await manifestOf(server, made.entryId),
      supersedesDecisionId: made.decisionId,
    });
    expect(approved.__typename).toBe('ReviewSuccess');
    const { token } = await of('Rene Sample', 'change:cut');
    expect(await cutBy(token, made)).toMatchObject({ __typename: 'SameParty' });
  });

  test('a service reviews nothing, and sees no action', async () => {
    const { entryId } = await marked(server);
    await sweepAll(server);
    const { token } = await caller(server, { kind: 'service', scopes: [...READ, 'entry:review'] });
    expect(await actionsOf(token, entryId)).toEqual([]);
    const manifestDigest = await manifestOf(server, entryId);
    for (const verdict of ['APPROVE', 'REJECT', 'DEFER']) {
      const input = { idempotencyKey: fresh('review'), entryId, verdict, manifestDigest };
      expect(await call(server, token, 'review', input)).toMatchObject({
        __typename: 'Forbidden',
        problems: [{ code: 'reviewer-kind', path: ['input', 'entryId'] }],
      });
    }
  });
});

describe('CUT asks again whether the approver may still approve', () => {
  test.each([
    ['is suspended', `update cutter_auth.principal set disabled_at = now() where principal_id = $1`],
    [
      'lacks the scope',
      `update cutter_auth.principal set scopes = '{ledger:observe}' where principal_id = $1`,
    ],
    ['is no person', `update cutter_auth.principal set kind = 'service' where principal_id = $1`],
  ])('one that %s approves nothing any more', async (why, statement) => {
    const { token, principalId } = await caller(server, { scopes: [...READ, 'entry:review'] });
    const made = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, made.entryId);
    const review = { idempotencyKey: fresh('r'), entryId: made.entryId, verdict: 'APPROVE', manifestDigest };
    const { decision } = await call(server, token, 'review', review, 'decision { reviewDecisionId }');
    await server.superuser.query(statement, [principalId]);

    const refused = await cutBy(server.tokens.executor, { ...made, manifestDigest });
    expect(refused).toMatchObject({ __typename: 'NotApproved', guard: 'G-CUT-APPROVED', retryable: true });
    expect(refused.problems[0]).toMatchObject({ code: 'approver-barred' });
    expect(refused.message).toContain(why);
    const again = { ...review, idempotencyKey: fresh('r'), supersedesDecisionId: decision.reviewDecisionId };
    expect((await call(server, server.tokens.reviewer, 'review', again)).__typename).toBe('ReviewSuccess');
    expect((await cutBy(server.tokens.executor, { ...made, manifestDigest })).__typename).toBe('CutSuccess');
  });
});

describe('HIGH risk needs two reviewers of the same manifest', () => {
  async function approvedHigh(token: string, made: Loose, supersedesDecisionId?: string): Promise<Loose> {
    const input = {
      idempotencyKey: fresh('high'),
      entryId: made.entryId,
      verdict: 'APPROVE',
      manifestDigest: made.manifestDigest,
      riskClass: 'HIGH',
      ...(supersedesDecisionId === undefined ? {} : { supersedesDecisionId }),
    };
    return await call(server, token, 'review', input, 'decision { reviewDecisionId }');
  }

  test('one alone doesn’t suffice, nor does the same person twice; a second one does', async () => {
    const entry = await marked(server);
    await sweepAll(server);
    const made = { ...entry, manifestDigest: await manifestOf(server, entry.entryId) };
    const first = await approvedHigh(server.tokens.reviewer, made);
    const refused = await cutBy(server.tokens.executor, made);
    expect(refused).toMatchObject({ __typename: 'NotApproved', retryable: true });
    expect(refused.problems[0]).toMatchObject({ code: 'approvals-lacking' });
    expect(refused.message).toMatch(
      /needs 2 different reviewers of this manifest.*Approved by: [0-9a-f-]{36}\./,
    );
    const blocked = await server.gql(
      server.tokens.observer,
      'query ($id: UUID!) { entry(entryId: $id) { blockedBecause { code } } }',
      { id: made.entryId },
    );
    expect(blocked.body.data?.entry.blockedBecause).toContainEqual({ code: 'approvals-lacking' });

    const same = await of('Rene Sample', 'entry:review');
    const second = await approvedHigh(same.token, made, first.decision.reviewDecisionId);
    expect(await cutBy(server.tokens.executor, made)).toMatchObject({ __typename: 'NotApproved' });

    const other = await caller(server, { scopes: [...READ, 'entry:review'] });
    const third = await approvedHigh(other.token, made, second.decision.reviewDecisionId);
    expect(third.__typename).toBe('ReviewSuccess');
    const cut = await call(
      server,
      server.tokens.executor,
      'cut',
      { idempotencyKey: fresh('cut'), entryId: made.entryId, manifestDigest: made.manifestDigest },
      'changeSet { changeSetId riskClass }',
    );
    expect(cut).toMatchObject({ __typename: 'CutSuccess', changeSet: { riskClass: 'HIGH' } });
    const verdict = await verifyCut(server, { name: made.name, changeSetId: cut.changeSet.changeSetId });
    expect(verdict).toMatchObject({ __typename: 'VerifySuccess', result: { verdict: 'PASS' }, findings: [] });
  });
});
