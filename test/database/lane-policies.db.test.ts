import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { ENTRY_STATES, TRANSITIONS } from '../../src/law/states.ts';
import { HISTORY_CHANGE_KINDS } from '../../src/law/values.ts';
import { insertRow, rows } from '../harness/rows.ts';
import { DENIED, entryIn, exec, LEDGER, refuses, takes, undone, verify } from './lane-ground.ts';

describe('lane policies: entries', () => {
  const table = `${LEDGER}.decision_backlog_entry`;

  test('the executor bears cut requests and lifecycle changes, marked', async () => {
    await takes(exec, table, rows.entry());
    await takes(exec, table, rows.entry({ kind: 'lifecycle' }));
    await refuses(exec, table, rows.entry({ kind: 'escalation' }));
    for (const status of ENTRY_STATES.filter((state) => state !== 'marked'))
      await refuses(exec, table, rows.entry({ status }));
  });

  test('the verifier bears escalations, marked, and nothing else', async () => {
    const escalation = { kind: 'escalation', payload: { idempotency_key: `escalate:${randomUUID()}` } };
    await takes(verify, table, rows.entry(escalation));
    await refuses(verify, table, rows.entry());
    await refuses(verify, table, rows.entry({ ...escalation, kind: 'cut_request' }));
    await refuses(verify, table, rows.entry({ ...escalation, status: 'verified_complete' }));
    await refuses(verify, table, rows.entry({ kind: 'escalation' }));
  });

  test("the executor can't take a key of the verifier's first", async () => {
    for (const prefix of ['escalate:', 'compensate:']) {
      await refuses(exec, table, rows.entry({ payload: { idempotency_key: `${prefix}${randomUUID()}` } }));
    }
    await refuses(exec, table, rows.entry({ payload: {} }));
  });
});

describe('lane policies: moves of an entry', () => {
  const move = async (client: pg.Client, id: unknown, to: string): Promise<string> => {
    try {
      const result = await client.query(
        `update ${LEDGER}.decision_backlog_entry set status = $1 where entry_id = $2`,
        [to, id],
      );
      return result.rowCount === 1 ? 'moved' : 'hidden';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test.each([
    ['DOT-991', exec],
    ['DOT-992', verify],
  ] as const)('%s moves a status only out of and into its own states', async (lane, client) => {
    const arrows = TRANSITIONS.filter((arrow) => arrow.lane === lane && arrow.from !== null);
    const out = new Set<string>(arrows.map((arrow) => arrow.from as string));
    const into = new Set<string>(arrows.map((arrow) => arrow.to));
    for (const from of ENTRY_STATES) {
      const id = await entryIn(from);
      for (const to of ENTRY_STATES) {
        const got = await undone(client, () => move(client, id, to));
        const expected = !out.has(from) ? 'hidden' : into.has(to) ? 'moved' : '42501';
        expect(got, `${from} → ${to}`).toBe(expected);
      }
    }
  });

  test('an escalation is ended by abandonment and never planned', async () => {
    const id = await entryIn('marked', { kind: 'escalation' });
    expect(await undone(exec, () => move(exec, id, 'review_pending'))).toBe('42501');
    expect(await undone(exec, () => move(exec, id, 'abandoned'))).toBe('moved');
  });

  test('a locking read leaves out what its lane may not move, and a plain one shows it', async () => {
    const id = await entryIn('verified_complete');
    const lock = `select from ${LEDGER}.decision_backlog_entry where entry_id = $1`;
    await undone(exec, async () => {
      expect((await exec.query(`${lock} for no key update`, [id])).rowCount).toBe(0);
      expect((await exec.query(lock, [id])).rowCount).toBe(1);
    });
  });
});

describe('lane policies: history', () => {
  const table = `${LEDGER}.decision_backlog_history`;

  test.each([
    ['DOT-991', exec],
    ['DOT-992', verify],
  ] as const)('%s writes the kinds of its own arrows, and no other', async (lane, client) => {
    const id = await entryIn('marked');
    for (const kind of HISTORY_CHANGE_KINDS) {
      const arrow = TRANSITIONS.find((candidate) => candidate.verb === kind && candidate.lane === lane);
      const any = TRANSITIONS.find((candidate) => candidate.verb === kind);
      const row = rows.history(id, {
        change_kind: kind,
        entry_version_before: (arrow ?? any)?.from ?? null,
        entry_version_after: (arrow ?? any)?.to,
      });
      if (arrow === undefined) await refuses(client, table, row);
      else await takes(client, table, row);
    }
    await refuses(client, table, rows.history(id, { change_kind: 'repair' }));
  });

  test('neither lane writes of the states of the other', async () => {
    const id = await entryIn('marked');
    await refuses(
      exec,
      table,
      rows.history(id, { change_kind: 'cut', entry_version_after: 'verified_complete' }),
    );
    await refuses(
      verify,
      table,
      rows.history(id, { change_kind: 'mark', entry_version_after: 'reviewed_approved' }),
    );
    await refuses(
      verify,
      table,
      rows.history(id, {
        change_kind: 'verify:pass',
        entry_version_before: 'marked',
        entry_version_after: 'verified_complete',
      }),
    );
  });
});

describe('lane policies: units', () => {
  test('a unit is born without anchors, and they move together to a version', async () => {
    const table = 'public.information_unit';
    const unit = rows.unit();
    await refuses(exec, table, rows.unit({ content_anchor_ref: 'x' }));
    await refuses(exec, table, rows.unit({ version_anchor_ref: randomUUID() }));
    await refuses(exec, table, rows.unit({ lifecycle_status: 'enacted' }));
    await undone(exec, async () => {
      await insertRow(exec, table, unit);
      const version = rows.version(unit['id']);
      await insertRow(exec, 'public.unit_version', version);
      const anchor = `update ${table} set version_anchor_ref = $2, content_anchor_ref = $3 where id = $1`;
      expect((await exec.query(anchor, [unit['id'], version['id'], version['id']])).rowCount).toBe(1);
      await exec.query('savepoint anchored');
      for (const [reference, content] of [
        [version['id'], randomUUID()],
        [null, null],
      ]) {
        await expect(exec.query(anchor, [unit['id'], reference, content])).rejects.toMatchObject(DENIED);
        await exec.query('rollback to anchored');
      }
      await exec.query('set constraints all immediate');
    });
  });
});

test("lane policies: COPY can't go round them", async () => {
  await expect(exec.query(`copy ${LEDGER}.decision_backlog_entry from stdin`)).rejects.toMatchObject({
    code: '0A000',
  });
});

test('lane policies: a filter still finds its index through them', async () => {
  await undone(exec, async () => {
    await exec.query('set local enable_seqscan = off');
    const plans = [
      [
        `select from ${LEDGER}.cut_change_set where payload_summary ->> 'doc_code' = 'x'`,
        'cut_change_set_doc_code_idx',
      ],
      [
        `select from ${LEDGER}.decision_backlog_entry where entry_id = '${randomUUID()}' for no key update`,
        'decision_backlog_entry_pkey',
      ],
    ] as const;
    for (const [statement, index] of plans) {
      const plan = await exec.query<Record<string, string>>(`explain ${statement}`);
      expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
    }
  });
});
