/** What `readiness` says of one gap at a time. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { caller, sample, tokenFor } from '../harness/callers.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  verified,
  wasCut,
} from '../harness/cycle.ts';
import { commented, registered } from '../harness/examples.ts';
import { ownTestServer, type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const FIELDS = `state isReadyForCaller whoMay { name } doneBy
  gaps { kind message entryId sourceId lane scope keyId count }
  acts { by mutation command entryId input missing who { name } doneBy apartFrom whilePlan message }`;

async function readiness(
  args: string,
  token = server.tokens.marker,
  at: TestServer = server,
): Promise<Loose> {
  const { body } = await at.gql(token, `{ readiness${args} { ${FIELDS} } }`);
  expect(body.errors).toBeUndefined();
  return body.data.readiness;
}

async function called(mutation: string, input: object, by: 'marker' | 'reviewer'): Promise<void> {
  const answer = await call(server, server.tokens[by], mutation, {
    idempotencyKey: fresh(mutation),
    ...input,
  });
  expect(answer.__typename).toMatch(/Success$/);
}

const kindsOf = ({ gaps }: Loose): string[] => gaps.map(({ kind }: Loose) => kind);

describe('readiness of an entry', () => {
  test('a marked entry is swept and approved before its cut, by those whom it names', async () => {
    const { entryId } = await marked(server);
    const found = await readiness(`(phase: CUT, entryId: "${entryId}")`);
    expect(found).toMatchObject({
      state: 'BLOCKED',
      isReadyForCaller: false,
      whoMay: [{ name: 'executor' }],
      acts: [
        { mutation: 'sweep', input: { entryIds: [entryId] }, missing: [] },
        {
          mutation: 'review',
          input: { entryId, verdict: 'APPROVE' },
          who: [{ name: 'reviewer' }],
          missing: [],
        },
      ],
    });
    expect(kindsOf(found)).toEqual(['NOT_APPROVED', 'NOT_SWEPT']);
  });

  test('an entry that was declared its own predecessor’s successor is freed by another one', async () => {
    const ended = await marked(server);
    await called('abandon', { entryId: ended.entryId, rationale: 'Another text comes.' }, 'marker');
    const { entryId } = await marked(server, fresh(), { blockedBy: [ended.entryId] });
    const edge = { fromEntryId: entryId, toEntryId: ended.entryId, kind: 'SUPERSEDES' };
    await called('declareDependency', edge, 'reviewer');
    const found = await readiness(`(phase: CUT, entryId: "${entryId}")`);
    expect(found.state).toBe('BLOCKED');
    expect(found.gaps[0].message).toContain("its successor is this entry, which can't wait for itself");
    const declared = found.acts.find(({ mutation }: Loose) => mutation === 'declareDependency');
    expect(declared.input).toMatchObject({ toEntryId: ended.entryId, kind: 'SUPERSEDES' });
    expect(declared.input.fromEntryId).not.toBe(entryId);
  });

  test('is ready for who may, and not for others', async () => {
    const { entryId } = await reviewed(server);
    const asked = `(phase: CUT, entryId: "${entryId}")`;
    expect(await readiness(asked)).toMatchObject({
      state: 'READY',
      isReadyForCaller: false,
      gaps: [],
      acts: [],
    });
    expect(await readiness(asked, server.tokens.executor)).toMatchObject({ isReadyForCaller: true });
  });

  test('what is done is passed, and what has ended is never ready', async () => {
    const { entryId } = await verified(server);
    for (const phase of ['SWEEP', 'REVIEW', 'CUT', 'VERIFY'])
      expect(await readiness(`(phase: ${phase}, entryId: "${entryId}")`)).toMatchObject({
        state: 'PASSED',
        acts: [],
      });
    const rejected = await reviewed(server, 'REJECT');
    const found = await readiness(`(phase: CUT, entryId: "${rejected.entryId}")`);
    expect([found.state, kindsOf(found)]).toEqual(['NEVER', ['ENDED']]);
  });

  test('an entry that does not exist, and one that this token may not see, are told apart from each other', async () => {
    const { entryId } = await marked(server);
    const { principalId } = await sample(server, 'marker');
    const narrow = await tokenFor(server, principalId, { entryIds: [entryId] });
    const unknown = `(phase: CUT, entryId: "${randomUUID()}")`;
    expect(kindsOf(await readiness(unknown))).toEqual(['NOT_FOUND']);
    expect(kindsOf(await readiness(unknown, narrow))).toEqual(['NOT_VISIBLE']);
    const { entryId: other } = await marked(server);
    const hidden = await readiness(`(phase: CUT, entryId: "${other}")`, narrow);
    expect([hidden.state, kindsOf(hidden), hidden.acts]).toEqual(['NEVER', ['NOT_VISIBLE'], []]);
    expect(kindsOf(await readiness('', narrow))).toEqual(['NOT_VISIBLE']);
  });

  test('a comment counts while its plan is that of the entry: acts before it may change the document', async () => {
    const docCode = fresh('twice');
    const first = await marked(server, fresh(), { docCode });
    const more = { docCode, text: `${sampleText(docCode)}## Three\n\nNew.\n`, blockedBy: [first.entryId] };
    const { entryId } = await marked(server, fresh(), more);
    await commented(server, { entryId });
    const { acts } = await readiness(`(phase: CUT, entryId: "${entryId}")`);
    const verbs = acts.map(({ mutation }: Loose) => mutation);
    expect(verbs).toEqual(['sweep', 'review', 'cut', 'verify', 'sweep', 'resolveComment', 'review']);
    expect(acts[5].whilePlan).toBe(await manifestOf(server, entryId));
    expect(acts[6]).toMatchObject({ missing: ['manifestDigest'], whilePlan: null });
  });

  test('a mark is asked of a source', async () => {
    const sourceId = await registered(server);
    expect(await readiness(`(phase: MARK, sourceId: "${sourceId}")`)).toMatchObject({
      state: 'READY',
      isReadyForCaller: true,
      whoMay: [{ name: 'marker' }],
    });
    expect(kindsOf(await readiness(`(phase: MARK, sourceId: "${randomUUID()}")`))).toEqual(['NOT_FOUND']);
  });

  test.each([
    ['(phase: CUT)', 'readiness(entryId:)'],
    ['(phase: MARK)', 'readiness(sourceId:)'],
    [`(entryId: "${randomUUID()}")`, 'readiness(phase:)'],
    ['(phase: CUT, entryId: "x")', 'readiness(entryId:)'],
  ])('%s is refused at its place', async (args, argument) => {
    const { body } = await server.gql(server.tokens.marker, `{ readiness${args} { state } }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('needs the scope ledger:evidence', async () => {
    const { body } = await server.gql(server.tokens.observer, '{ readiness { state } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('who is left', () => {
  test('where nobody else may review, an administrator makes somebody who may', async () => {
    const own = await ownTestServer();
    const { entryId } = await marked(own);
    await own.superuser.query(`update cutter_auth.principal set disabled_at = now() where name = 'reviewer'`);
    const { personId } = await sample(own, 'marker');
    await caller(own, { scopes: ['ledger:evidence', 'entry:review'], personId });
    const found = await readiness(`(phase: CUT, entryId: "${entryId}")`, own.tokens.marker, own);
    expect(kindsOf(found)).toContain('NOBODY_MAY');
    expect(found.acts).toMatchObject([
      { mutation: 'createPrincipal', who: [{ name: 'administrator' }], input: { scopes: ['ENTRY_REVIEW'] } },
      { mutation: 'issueToken', who: [{ name: 'administrator' }] },
      { mutation: 'sweep' },
      { mutation: 'review', who: [], doneBy: 1 },
    ]);
  });

  test('who may but has no token is given one; without an administrator the operator makes one', async () => {
    const own = await ownTestServer();
    const { entryId } = await wasCut(own);
    await own.superuser.query(`update cutter_auth.token set revoked_at = now()
      where principal_id = (select principal_id from cutter_auth.principal where name = 'verifier')`);
    const asked = `(phase: VERIFY, entryId: "${entryId}")`;
    const found = await readiness(asked, own.tokens.marker, own);
    expect([found.state, kindsOf(found)]).toEqual(['BLOCKED', ['NO_TOKEN']]);
    expect(found.acts).toMatchObject([{ mutation: 'issueToken', who: [{ name: 'administrator' }] }]);
    await own.superuser.query(
      `update cutter_auth.principal set disabled_at = now() where name = 'administrator'`,
    );
    const without = await readiness(asked, own.tokens.marker, own);
    expect(kindsOf(without)).toEqual(['NO_ADMINISTRATOR', 'NO_TOKEN']);
    expect(without.acts[0]).toMatchObject({ by: 'OPERATOR', command: 'cutter init' });
  });
});

describe('the ledger', () => {
  test('a shape that was altered hinders a cut and no sweep; mended, nothing does', async () => {
    const own = await ownTestServer();
    const asks = async (args: string) => await readiness(args, own.tokens.marker, own);
    const { entryId } = await reviewed(own);
    const waiting = await marked(own);
    await own.superuser.query('create index meddled on cutter_governance.verify_result (verdict)');
    const cut = await asks(`(phase: CUT, entryId: "${entryId}")`);
    expect([cut.state, kindsOf(cut)]).toEqual(['BLOCKED', ['DRIFTED']]);
    expect(cut.acts).toMatchObject([{ by: 'OPERATOR', command: 'cutter drift' }]);
    expect(await asks(`(phase: SWEEP, entryId: "${waiting.entryId}")`)).toMatchObject({ state: 'READY' });
    expect(kindsOf(await asks(''))).toContain('DRIFTED');
    await own.superuser.query('drop index cutter_governance.meddled');
    expect(await asks(`(phase: CUT, entryId: "${entryId}")`)).toMatchObject({ state: 'READY', gaps: [] });
  });

  test('a lane that this server does not serve, and what is not kept or cosigned, are named', async () => {
    const base = await ownTestServer();
    const { entryId } = await wasCut(base);
    const half = await testServer({ database: base.database, pools: { verify: null } });
    const found = await readiness(`(phase: VERIFY, entryId: "${entryId}")`, base.tokens.marker, half);
    expect([found.state, kindsOf(found)]).toEqual(['BLOCKED', ['LANE_NOT_SERVED']]);
    const system = await readiness('', base.tokens.marker, half);
    expect(kindsOf(system)).toEqual(['LANE_NOT_SERVED', 'NO_WITNESS', 'HEADS_NOT_KEPT']);
    await half.close();
    const whole = await readiness('', base.tokens.marker, base);
    expect([whole.state, kindsOf(whole)]).toEqual(['READY', ['NO_WITNESS', 'HEADS_NOT_KEPT']]);
  });

  test('a scope that nobody has, and a privilege of PUBLIC, are named', async () => {
    const own = await ownTestServer();
    await own.superuser.query(`update cutter_auth.principal set disabled_at = now() where name = 'executor'`);
    await own.superuser.query('grant create on schema public to public');
    const system = await readiness('', own.tokens.marker, own);
    expect(system.state).toBe('BLOCKED');
    expect(system.gaps).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'SCOPE_UNHELD', scope: 'change:cut' }),
        expect.objectContaining({ kind: 'PUBLIC_PRIVILEGE', message: expect.stringContaining('CREATE') }),
        expect.objectContaining({ kind: 'KEY_NOT_VALID', lane: 'DOT_991' }),
      ]),
    );
  });

  test('what a login may not look at is said to be hidden, not absent', async () => {
    const own = await ownTestServer();
    await own.superuser.query('revoke select on cutter_log.suspension from cutter_observe');
    const system = await readiness('', own.tokens.marker, own);
    expect(kindsOf(system)).toContain('NOT_VISIBLE');
  });
});

test('an act that is carried out as it is named leads on', async () => {
  const { entryId } = await marked(server);
  const { acts } = await readiness(`(phase: CUT, entryId: "${entryId}")`);
  for (const { mutation, input, who } of acts) {
    const token = server.tokens[who[0].name as 'marker'];
    const answer = await call(server, token, mutation, { idempotencyKey: fresh(mutation), ...input });
    expect(answer.__typename).toMatch(/Success$/);
  }
  expect(await readiness(`(phase: CUT, entryId: "${entryId}")`)).toMatchObject({ state: 'READY', acts: [] });
});
