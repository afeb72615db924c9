import type { ClientBase } from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, forgetTree, type RecordBody, repairRecord, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
});

const G = 'cutter_governance';
const kindOf = (recorded: string) => KINDS.find((kind) => kind.recorded === recorded) as Kind;
const LOG_TABLES = [
  'cutter_log.log',
  'cutter_log.record_part',
  'cutter_log.node',
  'cutter_log.tree_head',
  'cutter_log.cosignature',
];

async function found(): Promise<string[]> {
  const { findings } = await checkLedger({ url: server.database.urls.evidence });
  return findings
    .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`)
    .sort();
}

async function one(query: string): Promise<string> {
  const { rows } = await server.superuser.query({ text: query, rowMode: 'array' });
  return (rows[0] as unknown as string[])[0] as string;
}

/** Alters a row and makes record, hash and tree agree with it: what is left to tell are signatures, digests, persons and states. */
async function forged(
  recorded: string,
  key: string,
  alter: string,
  look: () => Promise<void>,
  change?: (body: RecordBody) => void,
): Promise<void> {
  const kind = kindOf(recorded);
  await tamper(
    server,
    [kind.table, ...LOG_TABLES],
    async (client: ClientBase) => {
      if (alter !== '') await client.query(alter);
      await repairRecord(client, kind, key, { hash: true }, change);
      for (const statement of forgetTree) await client.query(statement);
    },
    look,
  );
}

const verified = () =>
  one(
    `select change_set_id::text from ${G}.verify_result where verdict = 'pass' order by verified_at limit 1`,
  );

describe('A history that was forged down to its records, hashes and tree', () => {
  test('contradicts the signature over the facts that it alters: each column of the change set that was signed', async () => {
    const key = await verified();
    const facts = {
      effect_digest: `'sha256:' || repeat('0', 64)`,
      manifest_version: `'sha256:' || repeat('0', 64)`,
      emitted_by: `'somebody'`,
    };
    for (const [column, value] of Object.entries(facts)) {
      await forged(
        'cut_change_set',
        key,
        `update ${G}.cut_change_set set ${column} = ${value} where change_set_id = '${key}'`,
        async () => {
          expect(await found(), column).toEqual([
            `contradicts-signature ${G}.cut_change_set ${key} ${column}`,
          ]);
        },
      );
    }
  });

  test('contradicts the verifier’s signature where it turns a verdict', async () => {
    const key = await one(`select verify_result_id::text from ${G}.verify_result where verdict = 'fail'`);
    await forged(
      'verify_result',
      key,
      `update ${G}.verify_result set verdict = 'pass' where verify_result_id = '${key}'`,
      async () => {
        expect(await found()).toEqual([`contradicts-signature ${G}.verify_result ${key} verdict`]);
      },
    );
  });

  test('no longer gives the source back where it alters a text', async () => {
    const cut = await verified();
    const key = await one(
      `select id::text from public.unit_version where provenance->>'change_set_id' = '${cut}' and version_seq = 1 limit 1`,
    );
    await forged(
      'public.unit_version',
      key,
      `update public.unit_version set body = body || 'x' where id = '${key}'`,
      async () => {
        expect(await found()).toEqual([
          expect.stringMatching(new RegExp(`^coverage-broken ${G}.cut_change_set ${cut} `)),
        ]);
      },
    );
  });

  test('no longer has the approved digest where it alters a plan', async () => {
    const cut = await verified();
    const key =
      await one(`select envelope_id || '/' || unit_local_id from ${G}.manifest_unit_block where block_role = 'result'
      and envelope_id = (select manifest_id from ${G}.cut_change_set where change_set_id = '${cut}') order by render_order desc limit 1`);
    await forged(
      'manifest_unit_block',
      key,
      `update ${G}.manifest_unit_block set payload_summary = jsonb_set(payload_summary, '{title}', '"Another"')
      where envelope_id || '/' || unit_local_id = '${key}'`,
      async () => {
        expect(await found()).toEqual([`digest-differs ${G}.cut_change_set ${cut} manifest_version`]);
      },
    );
  });

  test('has a signature that doesn’t verify where it signs with other bytes, and one that is not canonical where S + L stands for S', async () => {
    const key = await one(
      `select signature_id::text from ${G}.dot_pair_signature where signer_dot_id = 'DOT-991' limit 1`,
    );
    const sig = Buffer.from(
      await one(
        `select payload_envelope->'signatures'->0->>'sig' from ${G}.dot_pair_signature where signature_id = '${key}'`,
      ),
      'base64',
    );
    const spoilt = Buffer.from(sig);
    spoilt[3] = (spoilt[3] as number) ^ 1;
    for (const other of [spoilt, plusOrder(sig)]) {
      await forged(
        'dot_pair_signature',
        key,
        `update ${G}.dot_pair_signature set payload_envelope = jsonb_set(payload_envelope, '{signatures,0,sig}', '"${other.toString('base64')}"') where signature_id = '${key}'`,
        async () => {
          expect(await found()).toEqual([
            `signature-invalid ${G}.dot_pair_signature ${key} payload_envelope`,
          ]);
        },
      );
    }
  });

  test('shows a reviewer who is the marker, and a verifier who is the executor', async () => {
    const decision = await one(
      `select review_decision_id::text from ${G}.review_decision where superseded_by_review_decision_id is null order by created_at limit 1`,
    );
    const marker = JSON.parse(
      await one(
        `select reviewer_independence_evidence from ${G}.review_decision where review_decision_id = '${decision}'`,
      ),
    ).marker_person;
    await forged(
      'review_decision',
      decision,
      '',
      async () => {
        expect(await found()).toEqual([`sod-broken ${G}.review_decision ${decision} decided_by`]);
      },
      (body) => {
        body.personId = marker;
      },
    );
    const result = await one(
      `select verify_result_id::text from ${G}.verify_result where verdict = 'pass' limit 1`,
    );
    const executor =
      await one(`select p.person_id::text from ${G}.verify_result v join ${G}.cut_change_set c using (change_set_id)
      join cutter_auth.principal p on p.principal_id::text = c.emitted_by where v.verify_result_id = '${result}'`);
    await forged(
      'verify_result',
      result,
      '',
      async () => {
        expect(await found()).toEqual([`sod-broken ${G}.verify_result ${result} verified_by`]);
      },
      (body) => {
        body.personId = executor;
      },
    );
  });

  test('shows a reviewer who registered the text, and leaves a review of before that rule alone', async () => {
    const decision = await one(
      `select review_decision_id::text from ${G}.review_decision where superseded_by_review_decision_id is null order by created_at limit 1`,
    );
    const evidence = (of: string) =>
      `update ${G}.review_decision set reviewer_independence_evidence = ${of} where review_decision_id = '${decision}'`;
    const named = `reviewer_independence_evidence::jsonb`;
    await forged(
      'review_decision',
      decision,
      evidence(`(${named} || jsonb_build_object('registrar_person', reviewer_identity))::text`),
      async () => {
        expect(await found()).toEqual([`sod-broken ${G}.review_decision ${decision} decided_by`]);
      },
    );
    await forged(
      'review_decision',
      decision,
      evidence(`(${named} || jsonb_build_object('registrar', decided_by))::text`),
      async () => {
        expect(await found()).toEqual([`sod-broken ${G}.review_decision ${decision} decided_by`]);
      },
    );
    for (const old of [`(${named} - 'registrar' - 'registrar_person')::text`, `'not JSON'`, 'null']) {
      await forged('review_decision', decision, evidence(old), async () => {
        expect(await found(), old).toEqual([]);
      });
    }
  });

  test('shows a move that the table of transitions has no arrow for', async () => {
    const key = await one(
      `select history_id::text from ${G}.decision_backlog_history where change_kind = 'cut' limit 1`,
    );
    await forged(
      'decision_backlog_history',
      key,
      `update ${G}.decision_backlog_history set entry_version_before = 'marked' where history_id = '${key}'`,
      async () => {
        expect(
          (await found()).every(
            (line) => line === `state-illegal ${G}.decision_backlog_history ${key} entry_version_after`,
          ),
        ).toBe(true);
        expect((await found()).length).toBeGreaterThan(0);
      },
      (body) => {
        (body.history[0] as RecordBody['history'][number]).entry_version_before = 'marked';
      },
    );
  });

  test('shows a cut whose approval was none', async () => {
    const cut = await verified();
    const key = await one(
      `select review_decision_id::text from ${G}.cut_change_set where change_set_id = '${cut}'`,
    );
    await forged(
      'review_decision',
      key,
      `update ${G}.review_decision set verdict = 'defer' where review_decision_id = '${key}'`,
      async () => {
        expect(await found()).toEqual([`approval-missing ${G}.cut_change_set ${cut} review_decision_id`]);
      },
    );
  });
});

describe('Keys', () => {
  test('an end that was put on a key is told once, and its signatures are judged by what the log says', async () => {
    const key = await one(
      `select key_id from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement'`,
    );
    await tamper(
      server,
      ['cutter_auth.key'],
      [`update cutter_auth.key set until_position = 5 where key_id = '${key}'`],
      async () => {
        expect(await found()).toEqual([`edited cutter_auth.key ${key} until_position`]);
      },
    );
  });

  test('a public key that isn’t the one its id names is told once, and the signatures under it are not', async () => {
    const key = await one(
      `select key_id from cutter_auth.key where lane = 'DOT-992' and purpose = 'statement'`,
    );
    await tamper(
      server,
      ['cutter_auth.key'],
      [`update cutter_auth.key set public_key = sha256(public_key) where key_id = '${key}'`],
      async () => {
        expect(await found()).toEqual([`edited cutter_auth.key ${key} public_key`]);
      },
    );
  });
});

/** The same signature with the group's order added to its scalar: lax verifiers take it. */
function plusOrder(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const little = Buffer.from(signature.subarray(32)).reverse().toString('hex');
  const sum = (BigInt(`0x${little}`) + order).toString(16).padStart(64, '0');
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(sum, 'hex').reverse()]);
}
