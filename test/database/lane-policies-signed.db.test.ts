import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { insertRow, NOW, rows, type Values } from '../harness/rows.ts';
import {
  cut,
  DENIED,
  db,
  exec,
  LEDGER,
  refuses,
  signed,
  standing,
  takes,
  undone,
  verify,
} from './lane-ground.ts';

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
