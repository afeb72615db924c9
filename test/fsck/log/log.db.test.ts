import type { ClientBase } from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type CheckOptions, checkLedger } from '../../../src/fsck/check.ts';
import { exitCodeOf, type Report } from '../../../src/fsck/finding.ts';
import { headsOf } from '../../../src/fsck/heads.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { LANES } from '../../../src/law/values.ts';
import { FIRST_RECORDS } from '../../harness/keys.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { signingGround } from '../../log/checkpoint/checkpoint-ground.ts';
import { cosigned, everyKindOfPhase, forgetTree, repairRecord, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
let published: { readonly size: string; readonly note: string };
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await cosigned(server);
  const answer = await server.gql(server.tokens.observer, '{ checkpoint { size note } }');
  published = answer.body.data.checkpoint;
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
});

const check = (options: Partial<CheckOptions> = {}): Promise<Report> =>
  checkLedger({ url: server.database.urls.evidence, ...options });

/** Verdict, table, key and column of each finding, sorted. */
async function found(options: Partial<CheckOptions> = {}): Promise<string[]> {
  const { findings } = await check(options);
  return findings
    .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`)
    .sort();
}

const LOG = 'cutter_log.log';
const PARTS = 'cutter_log.record_part';
const NODES = 'cutter_log.node';
const COSIGNATURES = 'cutter_log.cosignature';
const COUNTERS = ['entry_stay', 'status_count', 'moves_by_hour', 'waits_by_hour'].map(
  (name) => `cutter_log.${name}`,
);
const LOG_TABLES = [
  LOG,
  PARTS,
  'cutter_log.pending',
  'cutter_log.head',
  NODES,
  'cutter_log.tree_head',
  'cutter_log.row_place',
  'cutter_log.act',
  'cutter_log.counted',
  ...COUNTERS,
  COSIGNATURES,
];

async function one<T>(query: string): Promise<T> {
  const { rows } = await server.superuser.query({ text: query, rowMode: 'array' });
  return (rows[0] as unknown[])[0] as T;
}
const recordAt = (position: number) =>
  one<string>(`select record_id::text from ${LOG} where position = ${position}`);
const end = () => one<number>('select next_position::int from cutter_log.head');

describe('The log', () => {
  test('is whole, with its tree and the heads that both lanes signed', async () => {
    const { findings, coverage } = await check();
    expect(findings).toEqual([]);
    expect(coverage.nodes).toBeGreaterThan(coverage.positions);
    expect(coverage.cosignatures).toBeGreaterThan(1);
  });

  test('an altered body is told at its record, and the rows that it speaks of are not blamed', async () => {
    const id = await recordAt(FIRST_RECORDS);
    const bodies = [
      `update ${PARTS} set body = body || ' ' where record_id = '${id}'`,
      `update ${PARTS} set body = replace(body, '"verb"', '"Verb"') where record_id = '${id}'`,
      `update ${PARTS} set body = regexp_replace(body, '"personId":"[0-9a-f]', '"personId":"0') where record_id = '${id}'`,
      `update ${PARTS} set body = '' where record_id = '${id}'`,
      `update ${PARTS} set body = 'null' where record_id = '${id}'`,
    ];
    for (const alter of bodies) {
      await tamper(server, [PARTS], [alter], async () => {
        expect(await found(), alter).toEqual([`record-altered ${PARTS} ${id}/0 body`]);
      });
    }
  });

  test('a body whose digests or rows were altered is told, whichever record it is', async () => {
    for (let position = 0; position < (await end()); position += 7) {
      const id = await recordAt(position);
      const body = await one<string>(`select body from ${PARTS} where record_id = '${id}'`);
      // The first character of the first row's digest.
      const altered = body.replace(
        /(\[0,"[^"]*",")(.)/,
        (_, before, digit) => before + (digit === 'A' ? 'B' : 'A'),
      );
      expect(altered).not.toBe(body);
      const write = async (client: ClientBase) => {
        await client.query(`update ${PARTS} set body = $2 where record_id = $1`, [id, altered]);
      };
      await tamper(server, [PARTS], write, async () => {
        expect(await found()).toEqual([`record-altered ${PARTS} ${id}/0 body`]);
      });
    }
  });

  test.each([
    ['record_hash', `'sha256:' || repeat('0', 64)`],
    ['record_hash', `'x'`],
    // A record of an update alone has none.
    ['row_ids', `coalesce(nullif(row_ids[2:], row_ids), array[gen_random_uuid()])`],
    ['row_ids', `array_append(row_ids, gen_random_uuid())`],
    ['record_id', 'gen_random_uuid()'],
  ])('an altered %s is told at its position, and the body is not blamed (%s)', async (column, value) => {
    for (const position of [FIRST_RECORDS, FIRST_RECORDS + 9, (await end()) - 1]) {
      await tamper(
        server,
        [LOG],
        [`update ${LOG} set ${column} = ${value} where position = ${position}`],
        async () => {
          expect(await found()).toEqual([`edited ${LOG} ${position} ${column}`]);
        },
      );
    }
  });

  test('another incarnation in the head is told: the records name the one that it is', async () => {
    const alter = 'update cutter_log.head set incarnation = gen_random_uuid()';
    await tamper(server, ['cutter_log.head'], [alter], async () => {
      expect(await found()).toEqual(['edited cutter_log.head true incarnation']);
    });
  });

  test('a record at another position is told there', async () => {
    await tamper(
      server,
      [LOG],
      [`update ${LOG} set position = 5000 where position = ${FIRST_RECORDS + 5}`],
      async () => {
        expect(await found()).toEqual([`edited ${LOG} 5000 position`]);
      },
    );
  });

  test('two records that changed places are told at both, by the tree', async () => {
    const swap = [
      [FIRST_RECORDS + 6, -1],
      [FIRST_RECORDS + 11, FIRST_RECORDS + 6],
      [-1, FIRST_RECORDS + 11],
    ].map(([from, to]) => `update ${LOG} set position = ${to} where position = ${from}`);
    await tamper(server, [LOG], swap, async () => {
      const { findings } = await check();
      expect(findings.map(({ verdict, table, key }) => [verdict, table, key])).toEqual([
        ['swapped', LOG, String(FIRST_RECORDS + 6)],
      ]);
      expect(findings[0]?.otherKey).toBe(String(FIRST_RECORDS + 11));
    });
  });

  test('a line taken out is told at its position, with or without its body, and its rows are not blamed', async () => {
    for (const position of [3, 12, 20]) {
      const id = await recordAt(position);
      const line = `delete from ${LOG} where position = ${position}`;
      await tamper(server, [LOG], [line], async () => {
        expect(await found()).toEqual([`deleted ${LOG} ${position} -`]);
      });
      await tamper(
        server,
        [LOG, PARTS],
        [line, `delete from ${PARTS} where record_id = '${id}'`],
        async () => {
          expect(await found()).toEqual([`deleted ${LOG} ${position} -`]);
        },
      );
      await tamper(server, [PARTS], [`delete from ${PARTS} where record_id = '${id}'`], async () => {
        expect(await found()).toEqual([`deleted ${PARTS} ${id}/0 -`]);
      });
    }
  });

  test('the newest lines taken off are told as truncated, with their bodies and rows or without', async () => {
    const last = (await end()) - 1;
    const lines = `delete from ${LOG} where position >= ${last - 1}`;
    const bodies = `delete from ${PARTS} where record_id not in (select record_id from ${LOG})`;
    const head = `update cutter_log.head set next_position = ${last - 1}`;
    for (const alter of [[lines], [lines, bodies], [lines, bodies, head]]) {
      await tamper(server, [LOG, PARTS, 'cutter_log.head'], alter, async () => {
        expect(await found()).toEqual([`truncated ${LOG} ${last - 1}..${last} -`]);
      });
    }
  });

  test('a head that says otherwise than the log is told', async () => {
    await tamper(server, ['cutter_log.head'], ['update cutter_log.head set next_position = 4'], async () => {
      expect(await found()).toEqual(['edited cutter_log.head true next_position']);
    });
  });

  test('a body that no line names is told as inserted', async () => {
    await tamper(
      server,
      [PARTS],
      [`insert into ${PARTS} values ('00000000-0000-4000-8000-000000000001', 0, '{}')`],
      async () => {
        expect(await found()).toEqual([`inserted ${PARTS} 00000000-0000-4000-8000-000000000001/0 -`]);
      },
    );
  });

  test('records that wait for a position vouch for their rows, and are counted', async () => {
    const last = (await end()) - 1;
    await tamper(
      server,
      LOG_TABLES,
      [
        ...FORGET,
        `insert into cutter_log.pending (record_id, record_hash, row_ids) select record_id, record_hash, row_ids from ${LOG} where position = ${last}`,
        `delete from ${LOG} where position = ${last}`,
        `delete from cutter_log.row_place where position = ${last}`,
        `delete from cutter_log.act where position = ${last}`,
        `update cutter_log.head set next_position = ${last}`,
        ...COUNTERS.map((table) => `delete from ${table}`),
        'update cutter_log.counted set next_position = 0',
        'select cutter_log.count_moves()',
      ],
      async () => {
        const { findings, coverage } = await check();
        expect([findings, coverage.pending]).toEqual([[], 1]);
      },
    );
  });
});

const FORGET = forgetTree;

describe('The tree', () => {
  test('an altered node is told, whichever it is, and neither records nor other nodes are', async () => {
    const { rows } = await server.superuser.query<{ place: string }>(
      `select level || '/' || idx as place from ${NODES} order by md5(level || '/' || idx) limit 12`,
    );
    for (const { place } of rows) {
      const at = `level || '/' || idx = '${place}'`;
      await tamper(server, [NODES], [`update ${NODES} set hash = sha256(hash) where ${at}`], async () => {
        expect(await found()).toEqual([`tree-altered ${NODES} ${place} hash`]);
      });
    }
  });

  test('a missing node is told', async () => {
    await tamper(server, [NODES], [`delete from ${NODES} where level = 2 and idx = 1`], async () => {
      expect(await found()).toEqual([`tree-altered ${NODES} 2/1 hash`]);
    });
  });

  test('a cosignature that was altered is told, in each of its columns', async () => {
    const size = await one<string>(`select max(size)::text from ${COSIGNATURES}`);
    for (const change of [
      'root = sha256(root)',
      'signature = sha512(signature)',
      `key_id = 'ed25519:0'`,
      `origin = origin || 'x'`,
    ]) {
      await tamper(
        server,
        [COSIGNATURES],
        [`update ${COSIGNATURES} set ${change} where lane = 'DOT-992' and size = ${size}`],
        async () => {
          expect(await found(), change).toEqual([
            `cosignature-invalid ${COSIGNATURES} DOT-992/${size} signature`,
          ]);
        },
      );
    }
  });

  test('a record rewritten with its hash is told by the tree', async () => {
    const kind = KINDS.find(({ recorded }) => recorded === 'decision_backlog_dependency') as Kind;
    const key = await one<string>(`select dependency_id::text from ${kind.table} limit 1`);
    const position = await one<string>(
      `select position::text from ${LOG} where row_ids @> array['${key}'::uuid]`,
    );
    await tamper(
      server,
      [kind.table, LOG, PARTS],
      async (client) => {
        await client.query(
          `update ${kind.table} set dependency_kind = 'refines' where dependency_id = '${key}'`,
        );
        await repairRecord(client, kind, key, { hash: true });
      },
      async () => {
        expect(await found()).toEqual([`record-altered ${LOG} ${position} -`]);
      },
    );
  });

  test('a past that was rewritten with record, hash and tree is told by the heads that were signed', async () => {
    const kind = KINDS.find(({ recorded }) => recorded === 'decision_backlog_dependency') as Kind;
    const key = await one<string>(`select dependency_id::text from ${kind.table} limit 1`);
    await tamper(
      server,
      [kind.table, ...LOG_TABLES],
      async (client) => {
        await client.query(
          `update ${kind.table} set dependency_kind = 'refines' where dependency_id = '${key}'`,
        );
        await repairRecord(client, kind, key, { hash: true });
        await client.query(
          `delete from ${NODES}; update cutter_log.tree_head set checkpoint_size = 0, size = 0`,
        );
      },
      async () => {
        const { findings } = await check();
        expect(findings.map(({ verdict }) => verdict)).toContain('forked');
      },
    );
  });

  test('a ledger that was set back whole is told by a head kept outside: restored, or forked where it went on otherwise', async () => {
    const size = await one<number>(`select max(size)::int from ${COSIGNATURES}`);
    const root = await one<Buffer>(`select root from ${COSIGNATURES} where size = ${size} limit 1`);
    const heads = [{ size: size + 3, root, key: null, where: 'a checkpoint in heads.txt' }];
    expect(await found({ heads })).toEqual([`restored ${LOG} ${await end()}..${size + 2} -`]);
    const forked = [{ size, root: Buffer.alloc(32, 7), key: null, where: 'a checkpoint in heads.txt' }];
    expect(await found({ heads: forked })).toEqual([expect.stringMatching(new RegExp(`^forked ${LOG} `))]);
    expect(await found({ heads: [{ size, root, key: null, where: 'a checkpoint' }] })).toEqual([]);
  });

  test('heads are read from a file as they are published', async () => {
    const { note, size } = published;
    const heads = headsOf(`${note}\n${note}\n${note.slice(0, 60)}\n\n`, 'heads.txt');
    expect(heads.map((head) => head.size)).toEqual([Number(size), Number(size)]);
    expect(await found({ heads })).toEqual([]);
    expect(() => headsOf('nothing', 'heads.txt')).toThrow(/no checkpoint/);
  });
});

describe("What can't be seen", () => {
  test('a table without a grant is told, and is no clean bill', async () => {
    await server.superuser.query('revoke select on cutter_governance.review_decision from cutter_evidence');
    const report = await check();
    await server.superuser.query('grant select on cutter_governance.review_decision to cutter_evidence');
    expect(report.unseen.map(({ table }) => table)).toEqual(['cutter_governance.review_decision']);
    expect(report.findings).toEqual([]);
    expect(exitCodeOf(report)).toBe(2);
  });

  test('a table whose policy hides its rows is told, and its rows are not called deleted', async () => {
    for (const restriction of ['false', `change_kind <> 'cut'`]) {
      await server.superuser.query(
        `create policy hide on cutter_governance.decision_backlog_history as restrictive for select to cutter_evidence using (${restriction})`,
      );
      const report = await check();
      await server.superuser.query('drop policy hide on cutter_governance.decision_backlog_history');
      expect(report.unseen.map(({ table }) => table)).toEqual(['cutter_governance.decision_backlog_history']);
      expect(report.findings).toEqual([]);
      expect(exitCodeOf(report)).toBe(2);
    }
  });

  test('a table that is empty where the log says otherwise is told as unseen, not as clean', async () => {
    await tamper(
      server,
      ['cutter_governance.decision_backlog_sweep_log'],
      ['delete from cutter_governance.decision_backlog_sweep_log'],
      async () => {
        const report = await check();
        expect(report.unseen.map(({ table }) => table)).toEqual([
          'cutter_governance.decision_backlog_sweep_log',
        ]);
        expect(exitCodeOf(report)).toBe(2);
      },
    );
  });
});

test('heads are met in the order of their sizes, 12 after 9: a past that was rewritten between them is told', async () => {
  const ground = await signingGround();
  const lanes = LANES.map((lane) => ground.lane(lane));
  for (const size of [9, 12]) {
    await ground.grow(size);
    await ground.published(size);
  }
  for (const lane of lanes) await ground.stop(lane);
  for (const statement of [
    `update cutter_log.log set record_hash = 'sha256:' || encode(sha256('forged'), 'hex') where position = 10`,
    'delete from cutter_log.node',
    'update cutter_log.tree_head set size = 0, checkpoint_size = 0',
  ])
    await ground.database.superuser.query(statement);
  await ground.grow(12);
  const { findings } = await checkLedger({ url: ground.database.urls.evidence });
  expect(findings.filter(({ verdict }) => verdict === 'forked')).toMatchObject([
    { table: 'cutter_log.cosignature', key: expect.stringMatching(/^DOT-99[12]\/12$/), after: 8 },
  ]);
  await ground.close();
});
