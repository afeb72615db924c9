import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { rotated } from '../../harness/keys.ts';
import { seeded, testSeed } from '../../harness/seeded.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { isAllTried, triedTimes } from '../../harness/share.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { everyKindOfPhase, keyOf, tamper } from '../fsck-ground.ts';

/** How many alterations a table gets by themselves: from a place that chance gives, so that each gets its turn. */
const EACH = triedTimes({ some: 3, all: 6 });

let server: TestServer;

/** Where everything has happened once, and nothing stops a superuser who alters rows. */
async function openGround(): Promise<void> {
  server = await testServer();
  await everyKindOfPhase(server);
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
  // A key that ended, and the record of it, which still waits for its position.
  await rotated(server.database, server.database.secrets, 'DOT-991', 'statement');
  // The schema's checks hold for a superuser too, and so do NOT NULL and UNIQUE; one who alters rows takes them away first.
  await server.superuser.query(
    `alter table cutter_governance.dot_pair_signature drop constraint dot_pair_signature_one_cross_reference;
    alter table cutter_auth.key drop constraint key_public_key_check, drop constraint key_purpose_check;
    alter table cutter_auth.token drop constraint token_token_sha256_check`,
  );
  for (const { table, columns, key } of written) {
    const drops = columns
      .filter((column) => !key.includes(column))
      .map((column) => `alter ${column} drop not null`);
    const { rows } = await server.superuser.query<{ name: string }>(
      `select conname as name from pg_constraint where conrelid = '${table}'::regclass
         and (contype = 'u' or contype = 'c' and conname like '%\\_version\\_%')`,
    );
    drops.push(...rows.map(({ name }) => `drop constraint ${name} cascade`));
    await server.superuser.query(`alter table ${table} ${drops.join(', ')}`);
  }
}

const written = KINDS.filter(({ recorded }) => recorded !== 'canonical_address_alias');

/** The column by which a superuser alters this one: what is computed of another follows it. */
const setBy = (column: string): string => (column === 'token_print' ? 'token_sha256' : column);

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
const MOST_VALUES = 2;
const MOST_COLUMNS = Math.max(...written.map(({ columns }) => columns.length));

const isOfKey = (kind: Kind, column: string): boolean =>
  kind.key.includes(column) || setBy(column) !== column;

/** Which of the values of its type a column is altered to, by its place in the table and their number. */
type NthOf = (at: number, count: number) => number;

/**
 * The same column of a row of each table, to a value of its type; where the value is the row's or a key's, there is
 * nothing.
 */
async function altered(
  at: number,
  nthOf: NthOf,
): Promise<{ kind: Kind; key: string; column: string; alter: string }[]> {
  const changes = [];
  for (const kind of written) {
    const column = kind.columns[at];
    const values = VALUES[kind.types[column ?? ''] ?? ''] ?? [];
    const nth = nthOf(at, values.length);
    const value = values[nth]?.replaceAll('COLUMN', column ?? '');
    if (column === undefined || value === undefined || (value === 'null' && isOfKey(kind, column))) continue;
    const { rows } = await server.superuser.query<{ key: string }>(
      `select ${keyOf(kind)} as key from ${kind.table} where ${column} is distinct from ${value} order by md5(${keyOf(kind)} || $1) limit 1`,
      [String(nth)],
    );
    const key = rows[0]?.key;
    const alter = `update ${kind.table} set ${setBy(column)} = ${value} where ${keyOf(kind)} = '${key}'`;
    if (key !== undefined) changes.push({ kind, key, column, alter });
  }
  return changes;
}

/** Whether a finding only says that a token or principal lost its newest version, which is named itself. */
function followsFrom(
  changes: readonly { readonly kind: Kind; readonly column: string }[],
  { table, column }: { readonly table: string; readonly column: string | null },
): boolean {
  const isDerived = ['cutter_auth.principal', 'cutter_auth.token'].includes(table);
  const ownColumns = KINDS.find((kind) => kind.table === table)?.columns ?? [];
  return (
    isDerived &&
    !ownColumns.includes(column ?? '') &&
    changes.some(
      (one) =>
        one.kind.table === `${table}_version` &&
        ['principal_id', 'token_id', 'version_seq'].includes(one.column),
    )
  );
}

/** Alters one column in each table at once, one column after the other, and gives back how many. */
async function alterEachColumn(nthOf: NthOf): Promise<number> {
  let count = 0;
  for (let at = 0; at < MOST_COLUMNS; at += 1) {
    const changes = await altered(at, nthOf);
    if (changes.length === 0) continue;
    count += changes.length;
    const tables = changes.map(({ kind }) => kind.table);
    const alter = changes.map((change) => change.alter);
    await tamper(server, tables, alter, async () => {
      const { findings } = await checkLedger({ url: server.database.urls.evidence });
      expect(
        findings
          .filter((finding) => !followsFrom(changes, finding))
          .map(({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column}`)
          .sort(),
      ).toEqual(changes.map(({ kind, key, column }) => `edited ${kind.table} ${key} ${column}`).sort());
    });
  }
  return count;
}

/** Alters one column of a row, and expects that this row and column are named, and nothing else; false where no row has it so. */
async function alterOne(kind: Kind, { column, value, where }: Change): Promise<boolean> {
  const { rows } = await server.superuser.query<{ key: string }>(
    `select ${keyOf(kind)} as key from ${kind.table} where ${where} order by md5(${keyOf(kind)} || $1) limit 1`,
    [column],
  );
  const key = rows[0]?.key;
  if (key === undefined) return false;
  const alter = `update ${kind.table} set ${setBy(column)} = ${value} where ${keyOf(kind)} = '${key}'`;
  await tamper(server, [kind.table], [alter], async () => {
    const { findings } = await checkLedger({ url: server.database.urls.evidence });
    expect(
      findings.map((found) => [found.verdict, found.table, found.key, found.column]),
      alter,
    ).toEqual([['edited', kind.table, key, column]]);
  });
  return true;
}

function turned(changes: readonly Change[], table: string): readonly Change[] {
  const first = seeded(testSeed())
    .named(table)
    .between(0, changes.length - 1);
  return [...changes.slice(first), ...changes.slice(0, first)];
}

beforeAll(openGround);

describe('A single column altered by a superuser, triggers off', () => {
  test.each(written.map((kind) => ({ table: kind.table, kind })))(
    'of $table: fsck names exactly that table, key and column, whichever it is',
    { timeout: CHECKS_AFTER_EACH_FAULT_MS },
    async ({ table, kind }) => {
      let count = 0;
      for (const change of turned(changesOf(kind), table))
        if (count < EACH && (await alterOne(kind, change))) count += 1;
      expect(count).toBeGreaterThanOrEqual(3);
      expect((await checkLedger({ url: server.database.urls.evidence })).findings).toEqual([]);
    },
  );
});

describe('A column altered in each table at once', () => {
  const choices: readonly [which: string, NthOf, least: number][] = isAllTried()
    ? Array.from({ length: MOST_VALUES }, (_, nth) => [`value ${nth + 1}`, () => nth, 40])
    : [['one value', (at, count) => at % count, 100]];
  test.each(choices)(
    'to %s of its type: fsck names exactly those rows and columns',
    { timeout: CHECKS_AFTER_EACH_FAULT_MS },
    async (_, nthOf, least) => {
      expect(await alterEachColumn(nthOf)).toBeGreaterThan(least);
    },
  );
});

test('Another person behind a principal is named alone, whatever that principal signed', {
  timeout: CHECKS_AFTER_EACH_FAULT_MS,
}, async () => {
  const { rows } = await server.superuser.query<{ id: string; other: string }>(
    `select p.principal_id as id, (select o.person_id from cutter_auth.person o
        where o.person_id is distinct from p.person_id order by o.person_id limit 1) as other
      from cutter_auth.principal p
      where p.principal_id::text in (select emitted_by from cutter_governance.cut_change_set
        union select verified_by from cutter_governance.verify_result) order by p.principal_id`,
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { id, other: person } of rows) {
    const alter = `update cutter_auth.principal set person_id = '${person}' where principal_id = '${id}'`;
    await tamper(server, ['cutter_auth.principal'], [alter], async () => {
      const { findings } = await checkLedger({ url: server.database.urls.evidence });
      expect(
        findings.map((found) => [found.verdict, found.table, found.key, found.column]),
        alter,
      ).toEqual([['edited', 'cutter_auth.principal', id, 'person_id']]);
    });
  }
});
