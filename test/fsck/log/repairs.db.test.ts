import type { ClientBase } from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type CheckOptions, checkLedger } from '../../../src/fsck/check.ts';
import { headsOf } from '../../../src/fsck/heads.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { recordLeaf } from '../../../src/log/tree/tree-fold.ts';
import { nodeHash } from '../../../src/proof/merkle.ts';
import { fresh, marked, reviewed, sampleText, verified } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import {
  cosigned,
  everyKindOfPhase,
  keyOf,
  repairRecord,
  settled,
  storedColumns,
  tamper,
} from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const G = 'cutter_governance';
const LOG = 'cutter_log.log';
const PARTS = 'cutter_log.record_part';
const NODES = 'cutter_log.node';
const COSIGNATURES = 'cutter_log.cosignature';
/** All that a backup holds of the ledger and of its log. */
const ALL = [
  ...KINDS.map(({ table }) => table),
  LOG,
  PARTS,
  'cutter_log.pending',
  'cutter_log.head',
  NODES,
  'cutter_log.tree_head',
  'cutter_log.row_place',
  'cutter_log.act',
  'cutter_log.counted',
  'cutter_log.entry_stay',
  'cutter_log.status_count',
  'cutter_log.moves_by_hour',
  'cutter_log.waits_by_hour',
  COSIGNATURES,
];

let server: TestServer;
/** The newest head that both lanes signed, as a note. */
let note: string;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  const docCode = fresh('amended');
  await verified(server, await marked(server, fresh(), { docCode }));
  const early = await marked(server);
  await cosigned(server);
  for (const [at, table] of ALL.entries())
    await server.superuser.query(`create table backup_${at} as select * from ${table}`);
  await verified(server, early);
  const text = sampleText('later').replace('First', 'Changed');
  await verified(server, await marked(server, fresh(), { docCode, text }));
  await reviewed(server);
  await marked(server, fresh());
  await settled(server);
  await cosigned(server);
  note = (await server.gql(server.tokens.observer, '{ checkpoint { note } }')).body.data.checkpoint.note;
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
});

/** Verdict, table, key and column of each finding, sorted. */
async function found(options: Partial<CheckOptions> = {}): Promise<string[]> {
  const { findings } = await checkLedger({ url: server.database.urls.evidence, ...options });
  return findings
    .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`)
    .sort();
}

async function one<T>(query: string): Promise<T> {
  const { rows } = await server.superuser.query({ text: query, rowMode: 'array' });
  return (rows[0] as unknown as T[])[0] as T;
}

/** Folds the tree again over the log as it stands, every node of it. */
async function repairTree(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ hash: string }>(
    `select record_hash as hash from ${LOG} order by position`,
  );
  let level = rows.map(({ hash }, at) => recordLeaf(hash, at) as Uint8Array);
  for (let height = 0; level.length > 0; height += 1) {
    await client.query(
      `update ${NODES} n set hash = u.hash from unnest($2::bytea[]) with ordinality as u (hash, place) where n.level = $1 and n.idx = u.place - 1`,
      [height, level],
    );
    level = Array.from({ length: Math.floor(level.length / 2) }, (_, at) =>
      nodeHash(level[2 * at] as Uint8Array, level[2 * at + 1] as Uint8Array),
    );
  }
}

interface Deed {
  readonly kind: Kind;
  readonly key: string;
  /** Where its record stands. */
  readonly position: number;
  readonly recordId: string;
  readonly alter: string;
}

/** A row of a table that says nothing that is signed, and one that does. */
async function deed(recorded: string, set: string, where = 'true'): Promise<Deed> {
  const kind = KINDS.find((each) => each.recorded === recorded) as Kind;
  const key = await one<string>(
    `select ${keyOf(kind)} from ${kind.table} where ${where} order by md5(${keyOf(kind)}) limit 1`,
  );
  const at = `from ${LOG} where row_ids @> array['${key}'::uuid]`;
  return {
    kind,
    key,
    position: Number(await one(`select position ${at}`)),
    recordId: await one(`select record_id::text ${at}`),
    alter: `update ${kind.table} set ${set} where ${keyOf(kind)} = '${key}'`,
  };
}

/** Does it, and repairs what vouches for the row as deep as told. */
async function repaired(
  { kind, key, alter }: Deed,
  depth: 'row' | 'record' | 'hash' | 'tree' | 'heads',
  look: () => Promise<void>,
): Promise<void> {
  await tamper(
    server,
    [kind.table, LOG, PARTS, NODES, COSIGNATURES],
    async (client) => {
      await client.query(alter);
      if (depth === 'row') return;
      await repairRecord(client, kind, key, { hash: depth !== 'record' });
      if (depth === 'tree' || depth === 'heads') await repairTree(client);
      if (depth === 'heads') await client.query(`delete from ${COSIGNATURES}`);
    },
    look,
  );
}

describe('An altered row is found', () => {
  const deeds = [
    () => deed('decision_backlog_dependency', `dependency_kind = 'refines'`),
    () => deed('decision_backlog_history', `rationale = 'another'`, `change_kind = 'abandon'`),
    () =>
      deed(
        'review_decision',
        `risk_class_assessment = 'another'`,
        `verdict = 'approve' and superseded_by_review_decision_id is null`,
      ),
  ];

  test('as itself, where nothing behind it was repaired', async () => {
    for (const make of deeds) {
      const done = await make();
      const column = /set (\w+)/.exec(done.alter)?.[1];
      await repaired(done, 'row', async () => {
        expect(await found()).toEqual([`edited ${done.kind.table} ${done.key} ${column}`]);
      });
    }
  });

  test('as its record, where that has the row’s new digest and fingerprints', async () => {
    for (const make of deeds) {
      const done = await make();
      await repaired(done, 'record', async () => {
        expect(await found()).toEqual([`record-altered ${PARTS} ${done.recordId}/0 body`]);
      });
    }
  });

  test('by the tree, at its position, where the log has the record’s new hash', async () => {
    for (const make of deeds) {
      const done = await make();
      await repaired(done, 'hash', async () => {
        expect(await found()).toEqual([`record-altered ${LOG} ${done.position} -`]);
      });
    }
  });

  test('by the heads that the lanes signed, where every node of the tree was made anew', async () => {
    for (const make of deeds) {
      const done = await make();
      await repaired(done, 'tree', async () => {
        const [only, ...more] = await found();
        expect(more).toEqual([]);
        expect(only).toMatch(new RegExp(`^forked ${COSIGNATURES} DOT-99[12]/\\d+ root$`));
        const size = Number(/\/(\d+) root$/.exec(only as string)?.[1]);
        expect(size).toBeGreaterThan(done.position);
      });
    }
  });

  test('by a head that was kept elsewhere, where those in the database are gone too', async () => {
    const heads = headsOf(`${note}\n`, 'heads.txt');
    for (const make of deeds) {
      const done = await make();
      await repaired(done, 'heads', async () => {
        expect(await found({ heads })).toEqual([
          expect.stringMatching(new RegExp(`^forked ${LOG} 0\\.\\.${Number(heads[0]?.size) - 1} -$`)),
        ]);
      });
    }
  });

  test('by what was signed about it, where not even that head is left', async () => {
    const columns = {
      effect_digest: `'sha256:' || repeat('0', 64)`,
      emitted_by: `gen_random_uuid()::text`,
      executor_tool_revision: `'another'`,
      emitted_at: `emitted_at + interval '1 second'`,
    };
    for (const [column, value] of Object.entries(columns)) {
      const done = await deed('cut_change_set', `${column} = ${value}`, `change_kind = 'cut'`);
      await repaired(done, 'heads', async () => {
        expect(await found(), column).toEqual([
          `contradicts-signature ${G}.cut_change_set ${done.key} ${column}`,
        ]);
      });
    }
  });
});

describe('A ledger that was restored from a backup', () => {
  /** Every table as it stood when the backup was made. */
  const restore = async (client: ClientBase) => {
    for (const [at, table] of ALL.entries()) {
      const names = await storedColumns(client, table);
      await client.query(
        `delete from ${table}; insert into ${table} (${names}) overriding system value select ${names} from backup_${at}`,
      );
    }
  };

  test('is told as restored by a head that was kept elsewhere, and no row of it is blamed', async () => {
    await tamper(server, ALL, restore, async () => {
      const end = await one<number>('select next_position::int from cutter_log.head');
      const heads = headsOf(`${note}\n`, 'heads.txt');
      expect(await found({ heads })).toEqual([`restored ${LOG} ${end}..${Number(heads[0]?.size) - 1} -`]);
      // Nothing in it knows of what came later.
      expect(await found()).toEqual([]);
    });
  });

  test('and whose log was left as it is, is told by the rows that are gone and the moves that are undone, each by itself', async () => {
    const due: string[] = [];
    for (const [at, kind] of KINDS.entries()) {
      const { rows: gone } = await server.superuser.query<{ key: string }>(
        `select ${keyOf(kind)} as key from ${kind.table} where ${keyOf(kind)} not in (select ${keyOf(kind)} from backup_${at})`,
      );
      due.push(...gone.map(({ key }) => `truncated ${kind.table} ${key} -`));
    }
    const moved = [
      [`${G}.decision_backlog_entry`, 'entry_id', 'status'],
      ['public.information_unit', 'id', 'content_anchor_ref'],
      ['public.information_unit', 'id', 'version_anchor_ref'],
    ] as const;
    for (const [table, id, column] of moved) {
      const { rows: undone } = await server.superuser.query<{ key: string }>(
        `select ${id}::text as key from ${table} n join backup_${ALL.indexOf(table)} b using (${id}) where n.${column} <> b.${column}`,
      );
      expect(undone.length).toBeGreaterThan(0);
      due.push(...undone.map(({ key }) => `edited ${table} ${key} ${column}`));
    }
    const tables = KINDS.map(({ table }) => table);
    const rows = async (client: ClientBase) => {
      for (const [at, table] of tables.entries()) {
        const names = await storedColumns(client, table);
        await client.query(
          `delete from ${table}; insert into ${table} (${names}) select ${names} from backup_${at}`,
        );
      }
    };
    await tamper(server, tables, rows, async () => {
      expect(await found()).toEqual(due.sort());
    });
  });
});
