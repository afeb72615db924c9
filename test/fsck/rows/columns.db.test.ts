import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { rotated } from '../../harness/keys.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, keyOf, tamper } from '../fsck-ground.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
  // A key that ended, and the record of it, which still waits for its position.
  await rotated(server.database, server.database.secrets, 'DOT-991', 'statement');
  // The schema's checks hold for a superuser too, and so do NOT NULL and UNIQUE; one who alters rows takes them away first.
  await server.superuser.query(
    `alter table cutter_governance.dot_pair_signature drop constraint dot_pair_signature_one_cross_reference;
    alter table cutter_auth.key drop constraint key_public_key_check, drop constraint key_purpose_check`,
  );
  for (const { table, columns, key } of written) {
    const drops = columns
      .filter((column) => !key.includes(column))
      .map((column) => `alter ${column} drop not null`);
    const { rows } = await server.superuser.query<{ name: string }>(
      `select conname as name from pg_constraint where conrelid = '${table}'::regclass and contype = 'u'`,
    );
    drops.push(...rows.map(({ name }) => `drop constraint ${name}`));
    await server.superuser.query(`alter table ${table} ${drops.join(', ')}`);
  }
});

const written = KINDS.filter(({ recorded }) => recorded !== 'canonical_address_alias');

/** Another value of the column's type, as SQL. */
function other(kind: Kind, column: string): string {
  switch (kind.types[column]) {
    case 'uuid':
      return 'gen_random_uuid()';
    case 'int':
    case 'bigint':
      return `coalesce(${column}, 0) + 100003`;
    case 'bool':
      return `not coalesce(${column}, false)`;
    case 'now':
    case 'timestamptz':
      return `coalesce(${column}, now()) + interval '1 microsecond'`;
    case 'jsonb':
      return `coalesce(${column}, 'null') || '[{"altered": 1.5}]'`;
    case 'bytea':
      return `${column} || '\\x00'::bytea`;
    default:
      return `coalesce(${column}, '') || ' '`;
  }
}

interface Change {
  readonly column: string;
  readonly value: string;
  readonly where: string;
}

/** Each column to another value, and each that may be empty from something to nothing and from nothing to something. */
function changesOf(kind: Kind): Change[] {
  return kind.columns.flatMap((column): Change[] => {
    const changes = [
      { column, value: other(kind, column), where: `${column} is not null` },
      { column, value: other(kind, column), where: `${column} is null` },
    ];
    const type = kind.types[column] as string;
    if (!type.endsWith('?')) return changes;
    changes.push({ column, value: 'null', where: `${column} is not null` });
    if (type === 'jsonb?') changes.push({ column, value: `'null'::jsonb`, where: `${column} is null` });
    if (type === 'bigint?') changes.push({ column, value: '7', where: `${column} is null` });
    if (type === 'text?') changes.push({ column, value: `''`, where: `${column} is null` });
    return changes;
  });
}

/** More values of each type: as far off, as empty and as close as can be. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  uuid: ['null', `'00000000-0000-0000-0000-000000000000'`, `overlay(COLUMN::text placing '0' from 36)::uuid`],
  int: ['null', '-2147483648', 'COLUMN + 1'],
  bool: ['null', 'not COLUMN'],
  now: ['null', `'infinity'`, `COLUMN - interval '1 microsecond'`],
  timestamptz: ['null', `'0044-03-15 BC'`, `date_trunc('second', COLUMN)`],
  jsonb: ['null', `'null'`, `'[]'`, `jsonb_build_object('was', COLUMN)`],
  bytea: ['null', `''`, `set_byte(COLUMN, 0, get_byte(COLUMN, 0) # 1)`],
  text: ['null', `''`, `'null'`, `replace(COLUMN, 'e', U&'e\\0301')`, `COLUMN || E'\\n'`],
};
const MOST_VALUES = 5;
const MOST_COLUMNS = Math.max(...written.map(({ columns }) => columns.length));

/** One column of a row of each table, to one of those values; where a value is none that the column has, or a key's, there is nothing. */
async function altered(
  at: number,
  nth: number,
): Promise<{ kind: Kind; key: string; column: string; alter: string }[]> {
  const changes = [];
  for (const kind of written) {
    const column = kind.columns[at];
    const value = VALUES[kind.types[column ?? ''] ?? '']?.[nth]?.replaceAll('COLUMN', column ?? '');
    if (column === undefined || value === undefined || (value === 'null' && kind.key.includes(column)))
      continue;
    const { rows } = await server.superuser.query<{ key: string }>(
      `select ${keyOf(kind)} as key from ${kind.table} where ${column} is distinct from ${value} order by md5(${keyOf(kind)} || $1) limit 1`,
      [String(nth)],
    );
    const key = rows[0]?.key;
    const alter = `update ${kind.table} set ${column} = ${value} where ${keyOf(kind)} = '${key}'`;
    if (key !== undefined) changes.push({ kind, key, column, alter });
  }
  return changes;
}

describe('A single column altered by a superuser, triggers off', () => {
  for (const kind of written) {
    test(`of ${kind.table}: fsck names exactly that table, key and column, whichever it is`, {
      timeout: CHECKS_AFTER_EACH_FAULT_MS,
    }, async () => {
      for (const { column, value, where } of changesOf(kind)) {
        const { rows } = await server.superuser.query<{ key: string }>(
          `select ${keyOf(kind)} as key from ${kind.table} where ${where} order by md5(${keyOf(kind)} || $1) limit 1`,
          [column],
        );
        const key = rows[0]?.key;
        if (key === undefined) continue;
        const alter = `update ${kind.table} set ${column} = ${value} where ${keyOf(kind)} = '${key}'`;
        await tamper(server, [kind.table], [alter], async () => {
          const { findings } = await checkLedger({ url: server.database.urls.evidence });
          expect(
            findings.map((found) => [found.verdict, found.table, found.key, found.column]),
            alter,
          ).toEqual([['edited', kind.table, key, column]]);
        });
      }
      expect((await checkLedger({ url: server.database.urls.evidence })).findings).toEqual([]);
    });
  }
});

describe('A column altered in each table at once', () => {
  for (let nth = 0; nth < MOST_VALUES; nth += 1) {
    test(`to value ${nth + 1} of its type: fsck names exactly those rows and columns`, {
      timeout: CHECKS_AFTER_EACH_FAULT_MS,
    }, async () => {
      let count = 0;
      for (let at = 0; at < MOST_COLUMNS; at += 1) {
        const changes = await altered(at, nth);
        if (changes.length === 0) continue;
        count += changes.length;
        const tables = changes.map(({ kind }) => kind.table);
        await tamper(
          server,
          tables,
          changes.map(({ alter }) => alter),
          async () => {
            const { findings } = await checkLedger({ url: server.database.urls.evidence });
            expect(
              findings
                .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column}`)
                .sort(),
            ).toEqual(changes.map(({ kind, key, column }) => `edited ${kind.table} ${key} ${column}`).sort());
          },
        );
      }
      expect(count).toBeGreaterThan(40);
    });
  }
});
