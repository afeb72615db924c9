import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../src/ledger/fsck/check.ts';
import { KINDS, type Kind } from '../src/ledger/fsck/kinds.ts';
import { everyKindOfPhase, keyOf, tamper } from './fsck-ground.ts';
import { rotated } from './harness/keys.ts';
import { type TestServer, testServer } from './harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  // Who alters rows here is alone: a running server would go on folding and signing what it finds.
  await server.close();
  // A key that ended, and the record of it, which still waits for its position.
  await rotated(server.database, server.database.secrets, 'DOT-991', 'statement');
  // The schema's checks hold for a superuser too; one who alters rows takes them away first, as he would the NOT NULLs.
  await server.superuser.query(
    `alter table cutter_governance.dot_pair_signature drop constraint dot_pair_signature_one_cross_reference;
    alter table cutter_auth.key drop constraint key_public_key_check, drop constraint key_purpose_check`,
  );
});

/** Another value of the column's type, as SQL. */
function other(kind: Kind, column: string): string {
  switch (kind.types[column]?.replace('?', '')) {
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

/** Each column to another value, and each that may be empty from something to nothing and from nothing to an empty something. */
function changesOf(kind: Kind): Change[] {
  return kind.columns.flatMap((column): Change[] => {
    const changes = [{ column, value: other(kind, column), where: 'true' }];
    const type = kind.types[column] as string;
    if (!type.endsWith('?')) return changes;
    changes.push({ column, value: 'null', where: `${column} is not null` });
    if (type === 'jsonb?') changes.push({ column, value: `'null'::jsonb`, where: `${column} is null` });
    if (type === 'bigint?') changes.push({ column, value: '7', where: `${column} is null` });
    if (type === 'text?') changes.push({ column, value: `''`, where: `${column} is null` });
    return changes;
  });
}

describe('A single column altered by a superuser, triggers off', () => {
  for (const kind of KINDS.filter(({ recorded }) => recorded !== 'canonical_address_alias')) {
    test(`of ${kind.table}: fsck names exactly that table, key and column, whichever it is`, {
      timeout: 300_000,
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
