import { beforeAll, expect, test } from 'vitest';
import { ENTRY_STATES } from '../../src/law/states.ts';
import * as values from '../../src/law/values.ts';
import { call, fresh, marked, reviewed, verified, verifyCut, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** Each closed column and the one typed place that lists its values. */
const CLOSED: readonly (readonly [table: string, column: string, allowed: readonly string[]])[] = [
  ['decision_backlog_entry', 'kind', values.ENTRY_KINDS],
  ['decision_backlog_entry', 'status', ENTRY_STATES],
  ['decision_backlog_history', 'change_kind', values.HISTORY_CHANGE_KINDS],
  ['decision_backlog_history', 'entry_version_before', ENTRY_STATES],
  ['decision_backlog_history', 'entry_version_after', ENTRY_STATES],
  ['decision_backlog_dependency', 'dependency_kind', values.DEPENDENCY_KINDS],
  ['decision_backlog_sweep_log', 'trigger_kind', values.TRIGGER_KINDS],
  ['manifest_envelope', 'operation_kind', values.OPERATION_KINDS],
  ['manifest_envelope', 'status', values.MANIFEST_STATUSES],
  ['manifest_unit_block', 'block_role', values.BLOCK_ROLES],
  ['review_decision', 'governance_event_kind', values.GOVERNANCE_EVENT_KINDS],
  ['review_decision', 'review_scope', values.REVIEW_SCOPES],
  ['review_decision', 'status', values.REVIEW_STATUSES],
  ['review_decision', 'verdict', values.VERDICTS],
  ['review_decision', 'risk_class_assessment', values.RISK_CLASSES],
  ['cut_change_set', 'change_kind', values.CHANGE_KINDS],
  ['cut_change_set', 'state', values.CHANGE_SET_STATES],
  ['cut_change_set', 'risk_class', values.RISK_CLASSES],
  ['cut_change_set_affected_row', 'effect_kind', values.EFFECT_KINDS],
  ['dot_pair_signature', 'signature_kind', values.SIGNATURE_KINDS],
  ['dot_pair_signature', 'signer_dot_id', values.LANES],
  ['dot_pair_signature', 'validation_state', values.VALIDATION_STATES],
  ['verify_result', 'verify_kind', values.VERIFY_KINDS],
  ['verify_result', 'state', values.VERIFY_STATES],
  ['verify_result', 'axis_1_status', values.AXIS_STATUSES],
  ['verify_result', 'axis_2_status', values.AXIS_STATUSES],
  ['verify_result', 'verdict', values.AXIS_STATUSES],
];

test('every closed column holds values of its set alone, after every verb has run', async () => {
  const one = await verified(server);
  await verified(server, await marked(server, fresh(), { blockedBy: [one.entryId] }));
  const broken = await wasCut(server);
  await server.superuser.query(
    `update public.unit_version set body = 'x' where provenance->>'change_set_id' = $1`,
    [broken.changeSetId],
  );
  await verifyCut(server, broken);
  const rejected = await reviewed(server, 'REJECT');
  const deferred = await reviewed(server, 'DEFER');
  await call(server, server.tokens.marker, 'abandon', {
    idempotencyKey: fresh('end'),
    entryId: deferred.entryId,
    rationale: 'No longer needed.',
  });
  await call(server, server.tokens.marker, 'declareDependency', {
    idempotencyKey: fresh('edge'),
    fromEntryId: rejected.entryId,
    toEntryId: deferred.entryId,
    kind: 'REFINES',
  });
  for (const [table, column, allowed] of CLOSED) {
    const { rows } = await server.superuser.query(
      `select distinct ${column} as value from cutter_governance.${table} where ${column} is not null`,
    );
    const found: string[] = rows.map((row) => row.value);
    expect(found.length, `${table}.${column} was never written`).toBeGreaterThan(0);
    expect(
      found.filter((value) => !allowed.includes(value)),
      `${table}.${column}`,
    ).toEqual([]);
  }
});

test('no decision is stamped 1970: every time that was written is this transaction’s', async () => {
  const { rows } = await server.superuser.query(
    `select count(*)::int as n from cutter_governance.review_decision where decision_at < now() - interval '1 hour' or decision_at > now()`,
  );
  expect(rows[0].n).toBe(0);
});
