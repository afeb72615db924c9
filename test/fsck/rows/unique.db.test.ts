import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { cosigned, everyKindOfPhase, forgetTree, repairRecord, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await cosigned(server);
  await server.close();
});

const NODES = 'cutter_log.node';
const found = async () =>
  (await checkLedger({ url: server.database.urls.evidence })).findings.map(
    ({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column}`,
  );
const one = async (query: string) =>
  (await server.superuser.query<{ one: string }>(query)).rows[0]?.one as string;

/** Without the schema's checks and keys, as a superuser may take them away; they come back when `look` is done. */
async function without(table: string, look: () => Promise<void>): Promise<void> {
  const { rows } = await server.superuser.query<{ drop: string; add: string }>(
    `select format('alter table ${table} drop constraint %I cascade', conname) as drop,
       format('alter table ${table} add constraint %I %s', conname, pg_get_constraintdef(oid)) as add
     from pg_constraint where conrelid = '${table}'::regclass and contype in ('p', 'u', 'c')`,
  );
  for (const { drop } of rows) await server.superuser.query(drop);
  try {
    await look();
  } finally {
    for (const { add } of rows) await server.superuser.query(add);
  }
}

describe('Every byte of the tree', () => {
  test('fsck names a node whose bytes 16 to 31 were altered, whichever bit it is', async () => {
    for (let byte = 16; byte < 32; byte += 1)
      await tamper(
        server,
        [NODES],
        [
          `update ${NODES} set hash = set_bit(hash, ${8 * byte + (byte % 8)}, 1 - get_bit(hash, ${8 * byte + (byte % 8)})) where level = 1 and idx = 2`,
        ],
        async () => expect(await found()).toEqual([`tree-altered ${NODES} 1/2 hash`]),
      );
  });

  test.for([
    ['0', '1000000'],
    ['0', 'LEAVES'],
    ['3', '9000'],
    ['40', '0'],
    ['52', '0'],
    ['7', '9223372036854775807'],
  ])('fsck names a node outside the tree (level %s, index %s), and nothing else', async ([level, idx]) => {
    const leaves = await one(`select size::text as one from cutter_log.tree_head`);
    const index = (idx as string).replace('LEAVES', leaves);
    const insert = `insert into ${NODES} values (${level}, ${index}, sha256('x'))`;
    await tamper(server, [NODES], [insert], async () =>
      expect(await found()).toEqual([`tree-altered ${NODES} ${level}/${index} null`]),
    );
  });

  test('fsck names a node that stands twice, one of another length, and one at no level', async () => {
    await without(NODES, async () => {
      await tamper(
        server,
        [NODES],
        [
          `insert into ${NODES} select * from ${NODES} where level = 1 and idx = 0`,
          `update ${NODES} set hash = substr(hash, 1, 31) where level = 1 and idx = 2`,
          `insert into ${NODES} values (-1, 0, sha256('x')), (0, -5, sha256('x'))`,
        ],
        async () =>
          expect((await found()).sort()).toEqual([
            `tree-altered ${NODES} -1/0 null`,
            `tree-altered ${NODES} 0/-5 null`,
            `tree-altered ${NODES} 1/0 hash`,
            `tree-altered ${NODES} 1/2 hash`,
          ]),
      );
    });
  });
});

describe('What may stand once is counted without the indexes that keep it', () => {
  const UNIT = 'public.information_unit';
  const CHANGE_SET = 'cutter_governance.cut_change_set';

  test.for([
    [UNIT, 'canonical_address', `(select canonical_address from ${UNIT} order by id desc limit 1)`, 'id'],
    [
      CHANGE_SET,
      'idempotency_key',
      `(select idempotency_key from ${CHANGE_SET} order by change_set_id desc limit 1)`,
      'change_set_id',
    ],
    [
      CHANGE_SET,
      'rollback_key',
      `(select rollback_key from ${CHANGE_SET} order by change_set_id desc limit 1)`,
      'change_set_id',
    ],
    [
      'cutter_source.source',
      'idempotency_key',
      `(select idempotency_key from cutter_source.source order by source_id desc limit 1)`,
      'source_id',
    ],
  ])('%s.%s: a second one that its record vouches for', async ([table, column, value, key]) => {
    const id = await one(`select ${key}::text as one from ${table} order by ${key} limit 1`);
    await without(table as string, async () => {
      await tamper(
        server,
        [table as string],
        [`update ${table} set ${column} = ${value} where ${key} = '${id}'`],
        async () => {
          const { findings } = await checkLedger({ url: server.database.urls.evidence });
          // The row itself was altered, and that it agrees with another one follows from it.
          expect(findings.map((finding) => [finding.table, finding.key, finding.column])).toEqual([
            [table, id, column],
          ]);
        },
      );
    });
  });

  test.for([
    ['cutter_source.source', 'idempotency_key', 'source_id'],
    [UNIT, 'canonical_address', 'id'],
    [CHANGE_SET, 'idempotency_key', 'change_set_id'],
    [CHANGE_SET, 'rollback_key', 'change_set_id'],
  ] as const)('%s.%s: a second one that record, hash and tree bear out', async ([table, column, key]) => {
    const kind = KINDS.find((one) => one.table === table) as Kind;
    // A unit that moved was born with other anchors than it has.
    const unmoved =
      table === UNIT
        ? 'not exists (select from public.unit_version v where v.unit_id = r.id and v.version_seq > 1)'
        : 'true';
    const ids = (
      await server.superuser.query<{ id: string }>(
        `select ${key}::text as id from ${table} r where ${unmoved} order by ${key} limit 2`,
      )
    ).rows.map(({ id }) => id);
    const tables = [
      table,
      'cutter_log.log',
      'cutter_log.record_part',
      NODES,
      'cutter_log.tree_head',
      'cutter_log.cosignature',
    ];
    await without(table, async () => {
      await tamper(
        server,
        tables,
        async (client) => {
          for (const forget of forgetTree) await client.query(forget);
          await client.query(
            `update ${table} set ${column} = (select ${column} from ${table} where ${key} = '${ids[1]}') where ${key} = '${ids[0]}'`,
          );
          await repairRecord(client, kind, ids[0] as string, { hash: true });
        },
        async () => {
          const { findings } = await checkLedger({ url: server.database.urls.evidence });
          const doubled = findings.filter(({ verdict }) => verdict === 'doubled');
          expect(doubled.map((finding) => [finding.table, finding.column])).toEqual([[table, column]]);
          expect(doubled.map(({ key: one, otherKey }) => [one, otherKey].sort())).toEqual([[...ids].sort()]);
        },
      );
    });
  });

  test('a row that stands twice, whole, is named in every table of the log and of the tree', async () => {
    for (const [table, key] of [
      ['cutter_log.cosignature', "lane || '/' || size"],
      ['cutter_log.log', 'position::text'],
      ['cutter_log.record_part', "record_id || '/' || part"],
      ['cutter_log.tree_head', 'singleton::text'],
      ['cutter_log.head', 'singleton::text'],
    ] as const) {
      const again = await one(`select ${key} as one from ${table} order by 1 limit 1`);
      await without(table, async () => {
        await tamper(
          server,
          [table],
          [`insert into ${table} select * from ${table} where ${key} = '${again}'`],
          async () => {
            const { findings, unseen } = await checkLedger({ url: server.database.urls.evidence });
            expect(unseen).toEqual([]);
            expect(
              findings.filter((finding) => finding.table === table && finding.key === again),
              JSON.stringify(findings),
            ).not.toEqual([]);
          },
        );
      });
    }
  });
});
