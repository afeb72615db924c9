import { beforeAll, expect, test } from 'vitest';
import { checkLedger } from '../../src/fsck/check.ts';
import { ESCALATION_DUE_HOURS } from '../../src/law/escalation.ts';
import { caller } from '../harness/callers.ts';
import {
  call,
  fresh,
  type Marked,
  marked,
  reviewed,
  sampleText,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  token = (await caller(server, { scopes: ['ledger:observe', 'ledger:evidence', 'document:read'] })).token;
});

/** Another entry of the same document. */
function retried(docCode: string): Promise<Marked> {
  const key = fresh('retry');
  return marked(server, key, { docCode, text: sampleText(docCode) });
}

/** Alters a row of the cut that VERIFY judges by, so that it fails. */
async function spoiled(made: { readonly changeSetId: string }): Promise<void> {
  await server.superuser.query(
    `update public.unit_version set body = body || 'x' where provenance->>'change_set_id' = $1`,
    [made.changeSetId],
  );
}

async function escalationOf(entryId: string) {
  const { body } = await server.gql(
    token,
    `query ($id: UUID!) { entry(entryId: $id) { verification { verifyResultId verdict prior { verifyResultId }
      escalation { entryId overdueSince owner { principalId name } answers(first: 5) { nodes { entry { entryId }
        reviewDecisions(first: 5) { nodes { escalationRef } } } } } } overdueSince owner { principalId } } }`,
    { id: entryId },
  );
  expect(body.errors).toBeUndefined();
  return body.data.entry;
}

test('verdicts on the retries of a document are chained, and each retry answers its escalation', async () => {
  const name = fresh('chained');
  const entries: string[] = [];
  for (const fails of [true, true, false, false]) {
    const made = await wasCut(
      server,
      entries.length === 0 ? await marked(server, name) : await retried(name),
    );
    entries.push(made.entryId);
    if (fails) await spoiled(made);
    expect((await verifyCut(server, made)).result.verdict).toBe(fails ? 'FAIL' : 'PASS');
  }
  const [first, second, third, amendment] = await Promise.all(entries.map(escalationOf));
  expect(first.verification.prior).toBeNull();
  expect(second.verification.prior.verifyResultId).toBe(first.verification.verifyResultId);
  expect(third.verification.prior.verifyResultId).toBe(second.verification.verifyResultId);
  // After a verdict that passed, the next cut is an amendment and no retry.
  expect(amendment.verification).toMatchObject({ prior: null, escalation: null });
  for (const [failed, at] of [
    [first, 1],
    [second, 2],
  ] as const) {
    const { escalation } = failed.verification;
    expect(escalation.answers.nodes).toEqual([
      {
        entry: { entryId: entries[at] },
        reviewDecisions: { nodes: [{ escalationRef: escalation.entryId }] },
      },
    ]);
  }
  // What the test altered, and the caller that it put into the registry; nothing else.
  const { findings } = await checkLedger({ url: server.pools.urls.evidence });
  const tables = findings.map(({ table }) => table).filter((table) => !table.startsWith('cutter_auth.'));
  expect(new Set(tables)).toEqual(new Set(['public.unit_version']));
});

test('an escalation names who approved the cut, and is overdue until somebody takes it', async () => {
  const made = await wasCut(server);
  await spoiled(made);
  await verifyCut(server, made);
  const { verification, overdueSince, owner } = await escalationOf(made.entryId);
  expect({ overdueSince, owner }).toEqual({ overdueSince: null, owner: null });
  const { escalation } = verification;
  const { rows } = await server.superuser.query(
    'select decided_by from cutter_governance.review_decision where review_decision_id = $1',
    [made.decisionId],
  );
  expect(escalation).toMatchObject({ overdueSince: null, owner: { principalId: rows[0].decided_by } });
  const due = await server.superuser.query(
    `update cutter_governance.decision_backlog_entry set emitted_at = emitted_at - $2 * interval '1 hour'
      where entry_id = $1 returning emitted_at`,
    [escalation.entryId, ESCALATION_DUE_HOURS * 2],
  );
  const { overdueSince: since } = (await escalationOf(made.entryId)).verification.escalation;
  expect(Date.parse(since)).toBe(
    Math.trunc(due.rows[0].emitted_at.getTime()) + ESCALATION_DUE_HOURS * 3_600_000,
  );
  await reviewed(server, 'APPROVE', await retried(made.name));
  expect((await escalationOf(made.entryId)).verification.escalation.overdueSince).toBeNull();
});

test('one that a person ended is overdue no more', async () => {
  const made = await wasCut(server);
  await spoiled(made);
  await verifyCut(server, made);
  const { entryId } = (await escalationOf(made.entryId)).verification.escalation;
  await server.superuser.query(
    `update cutter_governance.decision_backlog_entry set emitted_at = emitted_at - interval '100 hours' where entry_id = $1`,
    [entryId],
  );
  expect((await escalationOf(made.entryId)).verification.escalation.overdueSince).not.toBeNull();
  const input = { idempotencyKey: fresh('end'), entryId, rationale: 'The row was mended.' };
  expect((await call(server, server.tokens.reviewer, 'abandon', input)).__typename).toBe('AbandonSuccess');
  expect((await escalationOf(made.entryId)).verification.escalation.overdueSince).toBeNull();
});

test('a sweep keeps what started it, and its key is good for no other', async () => {
  await marked(server);
  const input = { idempotencyKey: fresh('timer'), limit: 10, triggerKind: 'SCHEDULED' };
  const swept = await call(server, server.tokens.marker, 'sweep', input, 'examined');
  expect(swept).toMatchObject({ __typename: 'SweepSuccess', replayed: false });
  expect(await call(server, server.tokens.marker, 'sweep', input, 'examined')).toMatchObject({
    replayed: true,
    examined: swept.examined,
  });
  const other = await call(server, server.tokens.marker, 'sweep', { ...input, triggerKind: 'MANUAL' });
  expect(other).toMatchObject({ __typename: 'IdempotencyConflict' });
  const { body } = await server.gql(token, '{ sweepPasses(last: 1) { nodes { triggerKind } } }');
  expect(body.data.sweepPasses.nodes).toEqual([{ triggerKind: 'SCHEDULED' }]);
});
