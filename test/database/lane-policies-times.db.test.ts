import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { insertRow, NOW, rows, type Values } from '../harness/rows.ts';
import {
  cut,
  DENIED,
  db,
  entryIn,
  exec,
  gate,
  LEDGER,
  LONG_AGO,
  refuses,
  signed,
  standing,
  takes,
  undone,
  verify,
} from './lane-ground.ts';

describe("lane policies: times are the transaction's", async () => {
  const envelope = (await standing(`${LEDGER}.manifest_envelope`, rows.envelope()))['envelope_id'];
  const [one, two] = [await entryIn('marked'), await entryIn('marked')];
  const executed = await cut();
  const verified = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-992'));
  const unit = (await standing('public.information_unit', rows.unit()))['id'];
  const { rows: people } = await db.superuser.query<{ principal_id: string }>(
    'select principal_id from cutter_auth.principal limit 1',
  );
  const token: Values = {
    token_sha256: Buffer.alloc(32, 7),
    token_id: randomUUID(),
    principal_id: people[0]?.principal_id,
    created_at: NOW,
    expires_at: '2999-01-01',
  };
  const cases: readonly (readonly [pg.Client, string, Values])[] = [
    [exec, `${LEDGER}.decision_backlog_entry`, rows.entry()],
    [
      verify,
      `${LEDGER}.decision_backlog_entry`,
      rows.entry({ kind: 'escalation', payload: { idempotency_key: 'escalate:x' } }),
    ],
    [exec, `${LEDGER}.decision_backlog_history`, rows.history(one)],
    [verify, `${LEDGER}.decision_backlog_history`, rows.history(one)],
    [exec, `${LEDGER}.decision_backlog_dependency`, rows.dependency(one, two)],
    [exec, `${LEDGER}.decision_backlog_sweep_log`, rows.sweep()],
    [exec, `${LEDGER}.manifest_envelope`, rows.envelope({ reviewed_at: NOW })],
    [exec, `${LEDGER}.review_decision`, rows.decision(envelope)],
    [exec, `${LEDGER}.cut_change_set`, rows.changeSet(await signed())],
    [verify, `${LEDGER}.cut_change_set`, rows.compensation(executed)],
    [exec, `${LEDGER}.dot_pair_signature`, rows.signature('DOT-991')],
    [verify, `${LEDGER}.dot_pair_signature`, rows.signature('DOT-992')],
    [verify, `${LEDGER}.verify_result`, rows.verifyResult(executed, verified)],
    [exec, 'public.information_unit', rows.unit()],
    [exec, 'public.unit_version', rows.version(unit, { enacted_at: NOW })],
    [exec, 'cutter_source.source', rows.source()],
    [exec, 'cutter_source.registered_term', rows.term()],
    [exec, 'cutter_source.profile', rows.profile()],
    [
      gate,
      'cutter_auth.audit',
      { audit_id: randomUUID(), at: NOW, operation: 'mark', outcome: 'refused', calls: 1 },
    ],
    [gate, 'cutter_auth.token', token],
  ];

  test.each(cases.map(([client, table, row]) => [client.user, table, client, row] as const))(
    '%s: %s',
    async (_, table, client, row) => {
      await takes(client, table, row);
      for (const name of Object.keys(row).filter((column) => row[column] === NOW)) {
        await refuses(client, table, { ...row, [name]: LONG_AGO });
        await refuses(client, table, { ...row, [name]: new Date(Date.now() + 60_000).toISOString() });
      }
    },
  );

  test('a block has the time of its envelope', async () => {
    await undone(exec, async () => {
      const fresh = rows.envelope();
      await insertRow(exec, `${LEDGER}.manifest_envelope`, fresh);
      const late = rows.block(fresh['envelope_id'], { created_at: LONG_AGO });
      await expect(insertRow(exec, `${LEDGER}.manifest_unit_block`, late)).rejects.toMatchObject(DENIED);
    });
  });

  test('a token is revoked now, and once', async () => {
    await insertRow(db.superuser, 'cutter_auth.token', token);
    const revoke = 'update cutter_auth.token set revoked_at = ';
    const where = ` where token_id = '${token['token_id']}'`;
    await expect(gate.query(`${revoke}'${LONG_AGO}'${where}`)).rejects.toMatchObject(DENIED);
    await expect(gate.query(`${revoke}null${where}`)).rejects.toMatchObject(DENIED);
    expect((await gate.query(`${revoke}transaction_timestamp()${where}`)).rowCount).toBe(1);
    expect((await gate.query(`${revoke}transaction_timestamp()${where}`)).rowCount).toBe(0);
  });

  test('every time column of an insertable table is held, or named here', async () => {
    const { rows: columns } = await db.superuser.query<{ name: string }>(
      `select format('%s.%s.%s', n.nspname, c.relname, a.attname) as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where n.nspname in ('cutter_governance', 'public', 'cutter_source', 'cutter_auth') and c.relkind in ('r', 'p')
          and a.atttypid = 'timestamptz'::regtype
          and (has_column_privilege('cutter_exec', c.oid, a.attnum, 'insert')
            or has_column_privilege('cutter_verify', c.oid, a.attnum, 'insert')
            or has_column_privilege('cutter_gate', c.oid, a.attnum, 'insert'))
          and not exists (select from pg_policies p where p.schemaname = n.nspname and p.tablename = c.relname
            and p.cmd = 'INSERT' and p.with_check ~ ('\\y' || a.attname || '\\y'))
        order by 1`,
    );
    // A reviewer chooses when an approval ends.
    expect(columns.map((column) => column.name)).toEqual(['cutter_governance.review_decision.expires_at']);
  });
});
