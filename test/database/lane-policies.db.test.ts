import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { ENTRY_STATES, TRANSITIONS } from '../../src/law/states.ts';
import { HISTORY_CHANGE_KINDS } from '../../src/law/values.ts';
import { testDatabase } from '../harness/database.ts';
import { insertRow, NOW, rows, type Values } from '../harness/rows.ts';

const db = await testDatabase();
const exec = await session(db.urls.exec);
const verify = await session(db.urls.verify);
const gate = await session(db.urls.gate);
afterAll(async () => {
  for (const client of [exec, verify, gate]) await client.end();
});

const LEDGER = 'cutter_governance';
const DENIED = { code: '42501' };
const LONG_AGO = '1970-01-01T00:00:00Z';

async function session(url: string | null): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url as string });
  await client.connect();
  return client;
}

/** Runs in a transaction that is undone. */
async function undone<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

async function takes(client: pg.Client, table: string, row: Values): Promise<void> {
  await undone(client, () => insertRow(client, table, row));
}

async function refuses(client: pg.Client, table: string, row: Values): Promise<void> {
  await expect(takes(client, table, row)).rejects.toMatchObject(DENIED);
}

/** A row that stands, written by the owner, whom no policy holds. */
async function standing(table: string, row: Values): Promise<Values> {
  await insertRow(db.superuser, table, row);
  return row;
}

async function entryIn(status: string, over: Values = {}): Promise<unknown> {
  return (await standing(`${LEDGER}.decision_backlog_entry`, rows.entry({ status, ...over })))['entry_id'];
}

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

describe('lane policies: signatures', () => {
  const table = `${LEDGER}.dot_pair_signature`;
  const own = { 'DOT-991': exec, 'DOT-992': verify } as const;
  const lanes = [
    ['DOT-991', 'DOT-992'],
    ['DOT-992', 'DOT-991'],
  ] as const;

  test.each(lanes)('%s signs for itself, and not for %s', async (lane, other) => {
    await takes(own[lane], table, rows.signature(lane));
    await refuses(own[lane], table, rows.signature(other));
    await refuses(own[lane], table, rows.signature(lane, { signer_dot_id: other }));
    const kind = rows.signature(other)['signature_kind'];
    await refuses(own[lane], table, rows.signature(lane, { signature_kind: kind }));
  });

  test.each(lanes)(
    '%s refers to what its lane signs: not to both, to none, or to what %s signs',
    async (lane, other) => {
      const both = {
        cross_reference_change_set_id: randomUUID(),
        cross_reference_verify_result_id: randomUUID(),
      };
      const none = { cross_reference_change_set_id: null, cross_reference_verify_result_id: null };
      const { cross_reference_change_set_id, cross_reference_verify_result_id } = rows.signature(other);
      await refuses(own[lane], table, rows.signature(lane, both));
      await refuses(own[lane], table, rows.signature(lane, none));
      await refuses(
        own[lane],
        table,
        rows.signature(lane, { cross_reference_change_set_id, cross_reference_verify_result_id }),
      );
    },
  );

  test("both or no references fail the schema's check even for the owner", async () => {
    const check = { code: '23514', constraint: 'dot_pair_signature_one_cross_reference' };
    for (const id of [randomUUID(), null]) {
      const row = rows.signature('DOT-991', {
        cross_reference_change_set_id: id,
        cross_reference_verify_result_id: id,
      });
      await expect(insertRow(db.superuser, table, row)).rejects.toMatchObject(check);
    }
  });
});

describe('lane policies: plans and decisions', () => {
  test('an envelope is born under review and superseded by nothing', async () => {
    const table = `${LEDGER}.manifest_envelope`;
    await takes(exec, table, rows.envelope({ reviewed_at: NOW }));
    await refuses(exec, table, rows.envelope({ status: 'accepted' }));
    await refuses(exec, table, rows.envelope({ superseded_by_envelope_id: randomUUID() }));
  });

  test('a plan takes blocks beside its envelope, and none afterwards', async () => {
    const table = `${LEDGER}.manifest_unit_block`;
    const old = await standing(`${LEDGER}.manifest_envelope`, rows.envelope());
    await refuses(exec, table, rows.block(old['envelope_id']));
    await undone(exec, async () => {
      const fresh = rows.envelope();
      await insertRow(exec, `${LEDGER}.manifest_envelope`, fresh);
      await insertRow(exec, table, rows.block(fresh['envelope_id']));
    });
  });

  test('a decision is born live, and not signed in the name of the verifier', async () => {
    const envelope = await standing(`${LEDGER}.manifest_envelope`, rows.envelope());
    const other = await standing(`${LEDGER}.review_decision`, rows.decision(envelope['envelope_id']));
    const table = `${LEDGER}.review_decision`;
    await takes(exec, table, rows.decision(envelope['envelope_id'], { expires_at: '2999-01-01' }));
    const superseded = { superseded_by_review_decision_id: other['review_decision_id'] };
    await refuses(exec, table, rows.decision(envelope['envelope_id'], superseded));
    await refuses(
      exec,
      table,
      rows.decision(envelope['envelope_id'], { cross_signed_by_dot_verifier: true }),
    );
  });

  test('a decision is superseded once, by another, and stays so', async () => {
    const envelope = await standing(`${LEDGER}.manifest_envelope`, rows.envelope());
    const table = `${LEDGER}.review_decision`;
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map(
        async () => (await standing(table, rows.decision(envelope['envelope_id'])))['review_decision_id'],
      ),
    );
    const supersede = `update ${table} set superseded_by_review_decision_id = $2 where review_decision_id = $1`;
    await expect(exec.query(supersede, [first, first])).rejects.toMatchObject(DENIED);
    await expect(exec.query(supersede, [first, null])).rejects.toMatchObject(DENIED);
    expect((await exec.query(supersede, [first, second])).rowCount).toBe(1);
    expect((await exec.query(supersede, [first, third])).rowCount).toBe(0);
    expect((await exec.query(supersede, [first, null])).rowCount).toBe(0);
  });
});

/** A cut that stands: its signature. */
async function cut(): Promise<Values> {
  const signature = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-991'));
  await standing(`${LEDGER}.cut_change_set`, rows.changeSet(signature));
  return signature;
}

/** A signature that stands, for a change set yet to be written. */
async function signed(): Promise<Values> {
  return await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-991'));
}

describe('lane policies: change sets', () => {
  const table = `${LEDGER}.cut_change_set`;

  test('the executor cuts and changes lives; it compensates nothing', async () => {
    const [done, signature] = [await cut(), await signed()];
    await takes(exec, table, rows.changeSet(signature));
    await takes(exec, table, rows.changeSet(signature, { change_kind: 'lifecycle' }));
    await refuses(exec, table, rows.compensation(done));
    await refuses(exec, table, rows.changeSet(signature, { change_kind: 'compensation' }));
    const other = done['cross_reference_change_set_id'];
    await refuses(exec, table, rows.changeSet(signature, { compensates_change_set_id: other }));
    await refuses(
      exec,
      table,
      rows.changeSet(signature, { verifier_signature_id: signature['signature_id'] }),
    );
  });

  test("the executor can't take the keys of a compensation first", async () => {
    const key = `compensate:${(await cut())['cross_reference_change_set_id']}`;
    const signature = await signed();
    await refuses(exec, table, rows.changeSet(signature, { idempotency_key: key }));
    await refuses(exec, table, rows.changeSet(signature, { rollback_key: key }));
  });

  test('a change set borrows no signature: neither that of another one, nor one of the other lane', async () => {
    const [done, signature] = [await cut(), await signed()];
    const verifiers = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-992'));
    for (const borrowed of [done, verifiers]) {
      await refuses(
        exec,
        table,
        rows.changeSet(signature, { executor_signature_id: borrowed['signature_id'] }),
      );
    }
  });

  test('the verifier compensates, under the key and signature of what it compensates, and does nothing else', async () => {
    const [done, other] = [await cut(), await cut()];
    await takes(verify, table, rows.compensation(done));
    await refuses(verify, table, rows.changeSet(await signed()));
    await refuses(verify, table, rows.compensation(done, { idempotency_key: `compensate:${randomUUID()}` }));
    await refuses(verify, table, rows.compensation(done, { rollback_key: 'mine' }));
    await refuses(verify, table, rows.compensation(done, { compensates_change_set_id: null }));
    await refuses(verify, table, rows.compensation(done, { affected_row_count: 1 }));
    await refuses(verify, table, rows.compensation(done, { executor_signature_id: other['signature_id'] }));
  });

  test('a change set takes affected rows in its own transaction, and none afterwards', async () => {
    const done = (await cut())['cross_reference_change_set_id'];
    const signature = await signed();
    const affected = `${LEDGER}.cut_change_set_affected_row`;
    await refuses(exec, affected, rows.affectedRow(done));
    await refuses(verify, affected, rows.affectedRow(done));
    await undone(exec, async () => {
      const fresh = rows.changeSet(signature);
      await insertRow(exec, table, fresh);
      await insertRow(exec, affected, rows.affectedRow(fresh['change_set_id']));
    });
  });

  test('signature, change set and affected rows may be written by one statement', async () => {
    const signature = rows.signature('DOT-991');
    const fresh = rows.changeSet(signature);
    const insert = (into: string, row: Values, parameter: string): string => {
      const columns = Object.keys(row).map((name) =>
        row[name] === NOW ? 'transaction_timestamp()' : `r.${name}`,
      );
      return `insert into ${into} (${Object.keys(row).join(', ')})
        select ${columns.join(', ')} from jsonb_populate_record(null::${into}, ${parameter}) as r`;
    };
    await undone(exec, async () => {
      const { rowCount } = await exec.query(
        `with signature as (${insert(`${LEDGER}.dot_pair_signature`, signature, '$1')}),
          change_set as (${insert(table, fresh, '$2')})
          insert into ${LEDGER}.cut_change_set_affected_row
            (affected_row_id, change_set_id, ordinal, effect_kind, target_table, target_row_id)
          select gen_random_uuid(), $3, n, 'insert', 'public.unit_version', 'x' from generate_series(1, 3) as n`,
        [
          JSON.stringify({ ...signature, emitted_at: null }),
          JSON.stringify({ ...fresh, emitted_at: null }),
          fresh['change_set_id'],
        ],
      );
      expect(rowCount).toBe(3);
    });
  });
});

describe('lane policies: verify results', () => {
  const table = `${LEDGER}.verify_result`;

  test("a result names the executor's signature on its change set, and the verifier's on itself", async () => {
    const [done, other] = [await cut(), await cut()];
    const signature = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-992'));
    const elsewhere = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-992'));
    await takes(verify, table, rows.verifyResult(done, signature));
    for (const borrowed of [other, signature]) {
      await refuses(
        verify,
        table,
        rows.verifyResult(done, signature, { executor_signature_id: borrowed['signature_id'] }),
      );
    }
    for (const borrowed of [elsewhere, done]) {
      await refuses(
        verify,
        table,
        rows.verifyResult(done, signature, { verifier_signature_id: borrowed['signature_id'] }),
      );
    }
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
    [gate, 'cutter_auth.audit', { audit_id: randomUUID(), at: NOW, verb: 'mark', outcome: 'Forbidden' }],
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
        where n.nspname in ('cutter_governance', 'public', 'cutter_source', 'cutter_auth') and c.relkind = 'r'
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
