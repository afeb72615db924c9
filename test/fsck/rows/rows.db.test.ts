import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { exitCodeOf } from '../../../src/fsck/finding.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { triedTimes } from '../../harness/share.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, keyOf, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
});

const check = () => checkLedger({ url: server.database.urls.evidence });
const written = KINDS.filter(({ recorded }) => recorded !== 'canonical_address_alias');

/** Verdict, table, key and column of each finding, sorted. */
async function found(): Promise<string[]> {
  const { findings } = await check();
  return findings
    .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`)
    .sort();
}

/** The keys of a table's rows in the order in which the log has them. */
async function keysInOrder(kind: Kind): Promise<string[]> {
  const { rows } = await server.superuser.query<{ key: string }>(
    `select row->>1 as key from cutter_log.log l join cutter_log.record_part p using (record_id)
     cross join lateral jsonb_array_elements(p.body::jsonb->'rows') with ordinality as r (row, place)
     where p.body::jsonb->'shapes'->((row->>0)::int)->>'table' = $1 and p.body::jsonb->'shapes'->((row->>0)::int)->>'op' = 'insert'
     order by l.position, r.place`,
    [kind.recorded],
  );
  return rows.map(({ key }) => key);
}

const remove = (kind: Kind, key: string) => `delete from ${kind.table} where ${keyOf(kind)} = '${key}'`;

/** Columns of a table, each as it stands, but for those given, and for what the database computes. */
function copied(kind: Kind, over: Readonly<Record<string, string>>): string {
  const names = Object.keys(kind.types).filter((name) => name !== 'token_print');
  return `insert into ${kind.table} (${names.join()}) select ${names.map((name) => over[name] ?? name).join()} from ${kind.table}`;
}

/** What a superuser takes away first who wants a row twice: the constraints that allow it only once, its key apart. */
async function withoutUniqueness(kind: Kind, act: () => Promise<void>): Promise<void> {
  const { rows } = await server.superuser.query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = '${kind.table}'::regclass
       and (contype = 'u' or conname = 'token_pkey')`,
  );
  for (const { name } of rows)
    await server.superuser.query(`alter table ${kind.table} drop constraint ${name} cascade`);
  await act();
  for (const { name, definition } of rows)
    await server.superuser.query(`alter table ${kind.table} add constraint ${name} ${definition}`);
}

describe('An untouched ledger', () => {
  test('is clean after every kind of phase', async () => {
    const report = await check();
    expect(report.findings).toEqual([]);
    expect(report.unseen).toEqual([]);
    expect(exitCodeOf(report)).toBe(0);
    const { rows, entries, cuts, signatures, positions } = report.coverage;
    expect([rows > 200, entries > 8, cuts, signatures, positions > 30]).toEqual([true, true, 4, 8, true]);
  });
});

describe('Two threads', () => {
  test('find what one finds: tables are cut into slices, and none is read twice or left out', async () => {
    let started = 0;
    const count = () => {
      started += 1;
    };
    process.on('worker', count);
    const whole = () => checkLedger({ url: server.database.urls.evidence, slicePages: 1 });
    expect(await whole()).toEqual(await check());
    const kind = KINDS.find((one) => one.recorded === 'manifest_unit_block') as Kind;
    const keys = [(await keysInOrder(kind)).at(0), (await keysInOrder(kind)).at(-1)] as string[];
    const alter = keys.map(
      (key) =>
        `update ${kind.table} set render_order = render_order + 100003 where ${keyOf(kind)} = '${key}'`,
    );
    await tamper(server, [kind.table], alter, async () => {
      const report = await whole();
      expect(report.findings.map(({ key, column }) => `${key} ${column}`).sort()).toEqual(
        keys.map((key) => `${key} render_order`).sort(),
      );
      expect(report).toEqual(await check());
    });
    process.off('worker', count);
    expect(started).toBe(2);
  });
});

const ACTS = ['takes out', 'takes off', 'puts', 'swaps', 'replays'] as const;
const ACTS_OF_A_TABLE = triedTimes({ some: 2, all: ACTS.length });

/** Each table with the acts that are tried of it: all, or in turn some. */
function acts() {
  return written.map((kind, at) => ({
    kind,
    does(act: (typeof ACTS)[number], name: string, run: () => Promise<void>): void {
      const turn = (ACTS.indexOf(act) + at * 2) % ACTS.length;
      if (turn < ACTS_OF_A_TABLE) test(name, run);
    },
  }));
}

describe('A row that a superuser', () => {
  for (const { kind, does } of acts()) {
    does(
      'takes out',
      `takes out of the middle of ${kind.table} is named as deleted, and nothing else is`,
      async () => {
        const [first] = (await keysInOrder(kind)) as [string];
        await tamper(server, [kind.table], [remove(kind, first)], async () => {
          const one = (await keysInOrder(kind)).length === 1;
          expect(await found()).toEqual([`${one ? 'truncated' : 'deleted'} ${kind.table} ${first} -`]);
        });
      },
    );

    does('takes off', `takes off the end of ${kind.table} is told as truncated`, async () => {
      const all = await keysInOrder(kind);
      // A table that is empty altogether wasn't seen, rather than truncated.
      const keys = all.slice(all.length > 2 ? -2 : -1);
      const isVersion = kind.table.endsWith('_version');
      const sorted = keys.map((key) => `truncated ${kind.table} ${key} -`).sort();
      await tamper(
        server,
        [kind.table],
        keys.map((key) => remove(kind, key)),
        async () => {
          // A token or principal whose newest version is gone says more than the version before it.
          const isTold = (one: string) => !isVersion || !/^edited cutter_auth\.(token|principal) /.test(one);
          expect((await found()).filter(isTold)).toEqual(sorted);
        },
      );
    });

    does('puts', `puts into ${kind.table} is named as inserted`, async () => {
      const [first] = (await keysInOrder(kind)) as [string];
      const over: Record<string, string> = {};
      for (const column of kind.key)
        over[column] = kind.types[column] === 'uuid' ? 'gen_random_uuid()' : `'stranger'`;
      const text = kind.columns.find(
        (name) => kind.types[name] === 'text' && !kind.key.includes(name) && name !== 'status',
      );
      for (const unique of [
        'rollback_key',
        'idempotency_key',
        'canonical_address',
        'doc_code',
        'term',
        'version',
      ]) {
        if (unique in kind.types)
          over[unique] = kind.types[unique] === 'int' ? `1000 + ${unique}` : `${unique} || '-other'`;
      }
      if ('comment_id' in kind.types && !kind.key.includes('comment_id'))
        over['comment_id'] = 'gen_random_uuid()';
      if ('version_seq' in kind.types) over['version_seq'] = '1000 + version_seq';
      if ('token_sha256' in kind.types) over['token_sha256'] = `sha256('other')`;
      else if (text !== undefined) over[text] ??= `coalesce(${text}, '') || '-other'`;
      else if ('public_key' in kind.types) over['public_key'] = `sha256('other')`;
      await tamper(
        server,
        [kind.table],
        [`${copied(kind, over)} where ${keyOf(kind)} = '${first}'`],
        async () => {
          const [only, ...more] = await found();
          expect(more).toEqual([]);
          expect(only).toMatch(new RegExp(`^inserted ${kind.table} \\S+ -$`));
        },
      );
    });

    does('swaps', `swaps with another of ${kind.table} is told with it as swapped`, async () => {
      const key = kind.key.at(-1) as string;
      const rest = kind.key.slice(0, -1);
      const { rows } = await server.superuser.query<{ a: string; b: string; one: string; other: string }>(
        `select a.${key}::text as a, b.${key}::text as b, ${keyOf(kind).replaceAll(/\b(\w+)::text/g, 'a.$1::text')} as one,
           ${keyOf(kind).replaceAll(/\b(\w+)::text/g, 'b.$1::text')} as other
         from ${kind.table} a join ${kind.table} b on a.${key}::text < b.${key}::text
         ${rest.map((name) => `and a.${name} = b.${name}`).join(' ')} order by 1, 2 limit 1`,
      );
      const pair = rows[0];
      if (pair === undefined) return;
      const [a, b] = [pair.a, pair.b];
      const aside = kind.types[key] === 'uuid' ? `'00000000-0000-4000-8000-000000000000'` : `'aside'`;
      const within = rest
        .map(
          (name) => ` and ${name} = (select ${name} from ${kind.table} where ${keyOf(kind)} = '${pair.one}')`,
        )
        .join('');
      const move = (from: string, to: string) =>
        `update ${kind.table} set ${key} = ${to} where ${key} = ${from}${within}`;
      const aside2 =
        rest.length > 0
          ? rest.map((name) => ` and ${name}::text = '${pair.one.split('/')[0]}'`).join('')
          : '';
      const moves =
        rest.length === 0
          ? [move(`'${a}'`, aside), move(`'${b}'`, `'${a}'`), move(aside, `'${b}'`)]
          : [
              [`'${a}'`, aside],
              [`'${b}'`, `'${a}'`],
              [aside, `'${b}'`],
            ].map(([from, to]) => `update ${kind.table} set ${key} = ${to} where ${key} = ${from}${aside2}`);
      await tamper(server, [kind.table], moves, async () => {
        const { findings } = await check();
        expect(findings.map(({ verdict, table }) => [verdict, table])).toEqual([['swapped', kind.table]]);
        expect([findings[0]?.key, findings[0]?.otherKey].sort()).toEqual([pair.one, pair.other].sort());
      });
    });
  }

  for (const { kind, does } of acts()) {
    does(
      'replays',
      `of ${kind.table} replays under another id is told as replayed, with the row that it repeats`,
      async () => {
        const [first] = (await keysInOrder(kind)) as [string];
        const key = kind.key.at(-1) as string;
        const other = kind.types[key] === 'uuid' ? 'gen_random_uuid()' : `'another'`;
        const again = `${copied(kind, { [key]: other })} where ${keyOf(kind)} = '${first}'`;
        await withoutUniqueness(kind, async () => {
          await tamper(server, [kind.table], [again], async () => {
            const { findings } = await check();
            expect(findings.map(({ verdict, table, otherKey }) => [verdict, table, otherKey])).toEqual([
              ['replayed', kind.table, first],
            ]);
          });
        });
      },
    );
  }

  test('doubles under one key, the primary key taken away, is told as inserted', async () => {
    const kind = KINDS.find((one) => one.recorded === 'decision_backlog_sweep_log') as Kind;
    const [first] = (await keysInOrder(kind)) as [string];
    await server.superuser.query(`alter table ${kind.table} drop constraint decision_backlog_sweep_log_pkey`);
    const again = `insert into ${kind.table} select * from ${kind.table} where ${keyOf(kind)} = '${first}'`;
    for (const more of [
      [],
      [`update ${kind.table} set examined_count = 77 where ctid = (select max(ctid) from ${kind.table})`],
    ])
      await tamper(server, [kind.table], [again, ...more], async () => {
        expect(await found()).toEqual([`inserted ${kind.table} ${first} -`]);
      });
    await server.superuser.query(`alter table ${kind.table} add primary key (sweep_id)`);
  });

  test('puts among the address aliases, which nobody writes, is inserted', async () => {
    await tamper(
      server,
      ['cutter_governance.canonical_address_alias'],
      [
        `insert into cutter_governance.canonical_address_alias values (gen_random_uuid(), gen_random_uuid(), 'a', 'old', now(), null, 'p', null, null)`,
      ],
      async () => {
        expect(await found()).toEqual([
          expect.stringMatching(/^inserted cutter_governance.canonical_address_alias /),
        ]);
      },
    );
  });

  test('gives another signature is told as moved, with the row that it was made for', async () => {
    const kind = KINDS.find((one) => one.recorded === 'dot_pair_signature') as Kind;
    const [one, other] = (await keysInOrder(kind)) as [string, string];
    await tamper(
      server,
      [kind.table],
      [
        `update ${kind.table} a set payload_envelope = b.payload_envelope, signature_payload = b.signature_payload, payload_hash = b.payload_hash
       from ${kind.table} b where a.signature_id = '${one}' and b.signature_id = '${other}'`,
      ],
      async () => {
        const { findings } = await check();
        expect(findings.map(({ verdict, key, otherKey }) => [verdict, key, otherKey])).toEqual([
          ['signature-moved', one, other],
        ]);
      },
    );
  });

  test('takes out everywhere after a time is told as truncated, row for row, and nothing older is', async () => {
    const { rows } = await server.superuser.query<{ at: string }>(
      `select min(emitted_at)::text as at from (select emitted_at from cutter_governance.decision_backlog_entry order by 1 desc limit 3) e`,
    );
    const since = rows[0]?.at as string;
    const tables = KINDS.filter(({ time }) => time !== null);
    await tamper(
      server,
      tables.map(({ table }) => table),
      tables.map(({ table, time }) => `delete from ${table} where ${time} >= '${since}'`),
      async () => {
        const { findings } = await check();
        const verdicts = new Set(
          findings.map(({ verdict, table, column }) =>
            verdict === 'edited' ? `${table} ${column}` : verdict,
          ),
        );
        // An older entry whose status was moved since stands as it was left, and its last move is gone with its history.
        expect([...verdicts].filter((verdict) => verdict !== 'truncated')).toEqual([]);
        expect(findings.length).toBeGreaterThan(5);
      },
    );
  });
});
