import {
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { QUERY_AUTHORITY } from '../../src/auth/query-authority.ts';
import { columnOf } from '../../src/reading/nouns/noun.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { ask, idOf, READS_ALL, readingContext, refused, session } from './reading-ledger.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const SCALARS: Record<string, readonly string[]> = {
  uuid: ['UUID'],
  text: ['String', 'Digest'],
  integer: ['Int'],
  boolean: ['Boolean'],
  'timestamp with time zone': ['DateTime'],
};

interface Column {
  readonly column_name: string;
  readonly data_type: string;
  readonly nullable: boolean;
}

/** The twelve nouns of the ledger: the others are read from more than a view. */
const LEDGER = Object.values(NOUNS).filter(({ view }) => /^cutter_governance\.v_\w+_observe$/.test(view));

describe('each noun has exactly the columns of its view, position, logOrdinal and its relations', () => {
  for (const noun of LEDGER) {
    test(noun.name, async () => {
      const view = noun.view.replace('cutter_governance.', '');
      const table = view.replace(/^v_(.*)_observe$/, '$1');
      const { rows } = await database.superuser.query<Column>(
        `select v.column_name, v.data_type, t.is_nullable = 'YES' as nullable from information_schema.columns v
           join information_schema.columns t on t.table_schema = v.table_schema and t.table_name = $2 and t.column_name = v.column_name
          where v.table_schema = 'cutter_governance' and v.table_name = $1`,
        [view, table],
      );
      const fields = (schema.getType(noun.name) as GraphQLObjectType).getFields();
      const rest = new Set(Object.keys(fields));
      for (const { column_name, data_type, nullable } of rows) {
        const name =
          [...noun.columns].find(([, { column }]) => column === column_name)?.[0] ??
          `no field for ${column_name}`;
        expect(columnOf(name)).toBe(column_name);
        const type = getNamedType(fields[name]!.type);
        if (noun.columns.get(name)?.codec === 'word') expect(isEnumType(type)).toBe(true);
        else expect(SCALARS[data_type]).toContain(type.name);
        expect([name, isNonNullType(fields[name]!.type)]).toEqual([name, !nullable]);
        rest.delete(name);
      }
      expect(noun.columns.size).toBe(rows.length);
      const others = [
        'id',
        'position',
        'logOrdinal',
        ...Object.keys(noun.derived),
        ...Object.keys(noun.judged),
        ...Object.keys(noun.relations),
      ];
      expect([...rest].sort()).toEqual([...new Set(others)].sort());
    });
  }

  test('134 columns in all', () => {
    expect(LEDGER.reduce((sum, noun) => sum + noun.columns.size, 0)).toBe(134);
  });
});

test('relations lead where the nouns say, and every order among rows that share a place ends in a key', () => {
  for (const noun of Object.values(NOUNS)) {
    const fields = (schema.getType(noun.type) as GraphQLObjectType).getFields();
    for (const [name, { to, many, listed }] of Object.entries(noun.relations)) {
      const { type } = NOUNS[to];
      const isPaged = many && listed === undefined;
      expect(getNamedType(fields[name]!.type).name).toBe(isPaged ? `${type}Connection` : type);
    }
    for (const name of [...noun.columns.keys(), ...Object.keys(noun.derived)])
      expect(fields[name]).toBeDefined();
    if (noun.seat.of === null) continue;
    const order = [noun.seat.by, ...(noun.seat.of === noun.name ? noun.key : noun.born)];
    expect(noun.key.every((column) => order.includes(column))).toBe(true);
  }
});

test('every filter is one that the compiler understands', async () => {
  const values: Record<string, unknown> = {
    UUID: '00000000-0000-0000-0000-000000000000',
    String: 'x',
    Digest: `sha256:${'0'.repeat(64)}`,
    Boolean: true,
    Int: 1,
    DateTime: '2026-03-01T09:30:00Z',
  };
  const context = readingContext(database.pools.reads, READS_ALL);
  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    const filter = field.args.find(({ name }) => name === 'filter')?.type;
    // Tokens are read out of the registry, by a statement of their own.
    if (!isInputObjectType(filter) || field.name === 'tokens') continue;
    for (const input of Object.values(filter.getFields())) {
      const type = getNamedType(input.type);
      const value = isEnumType(type) ? type.getValues()[0]!.name : values[type.name];
      const document = `query ($filter: ${filter.name}) { ${field.name}(filter: $filter) { nodes { __typename } } }`;
      const given = { [input.name]: input.name.endsWith('In') ? [value] : value };
      const { errors } = await ask(context, document, { filter: given });
      // A filter that no index serves is taken beside one that it names.
      const [beside] = (errors?.[0]?.extensions['narrowBy'] as string[] | undefined) ?? [];
      const more = {
        ...given,
        [beside!]: values[getNamedType(filter.getFields()[beside!]?.type)?.name ?? ''],
      };
      const left = beside === undefined ? errors : (await ask(context, document, { filter: more })).errors;
      expect([field.name, input.name, left]).toEqual([field.name, input.name, undefined]);
    }
  }
});

test('every type, field, argument and value of the API is described', () => {
  const bare: string[] = [];
  const look = (described: { description?: string | null | undefined }, place: string) => {
    if (!described.description) bare.push(place);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    look(type, type.name);
    if (isEnumType(type)) for (const value of type.getValues()) look(value, `${type.name}.${value.name}`);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      look(field, `${type.name}.${field.name}`);
      if ('args' in field)
        for (const arg of field.args) look(arg, `${type.name}.${field.name}(${arg.name}:)`);
    }
    if (isUnionType(type)) look(type, type.name);
  }
  expect(bare).toEqual([]);
});

describe('authority', () => {
  const required: Record<string, string> = {
    UUID: '"nonsense"',
    String: '""',
    ID: '""',
    DateTime: '"nonsense"',
  };
  const documentFor = (name: string): string => {
    const field = schema.getQueryType()!.getFields()[name]!;
    const args = field.args
      .filter(({ type }) => isNonNullType(type))
      .map(({ name: given, type }) => {
        const named = getNamedType(type);
        return `${given}: ${isEnumType(named) ? named.getValues()[0]?.name : required[named.name]}`;
      });
    return `{ ${name}${args.length === 0 ? '' : `(${args.join(', ')})`} { __typename } }`;
  };

  test('QUERY_AUTHORITY names every query of the schema', () => {
    const named = Object.keys(QUERY_AUTHORITY);
    expect(Object.keys(schema.getQueryType()!.getFields()).filter((name) => !named.includes(name))).toEqual(
      [],
    );
  });

  for (const [name, scope] of Object.entries(QUERY_AUTHORITY)) {
    test.runIf(schema.getQueryType()!.getFields()[name])(
      `${name} asks for ${scope ?? 'a session'} before it looks at its arguments`,
      async () => {
        const observe = database.pools.observe;
        expect(await refused(readingContext(observe, null), documentFor(name))).toMatchObject({
          code: 'UNAUTHENTICATED',
        });
        if (scope === null) return;
        const others = session(
          'entry:mark',
          ...(['ledger:observe', 'document:read', 'ledger:evidence'] as const).filter(
            (other) => other !== scope,
          ),
        );
        const refusal = await refused(readingContext(observe, others), documentFor(name));
        expect(refusal.code).toBe('FORBIDDEN');
        expect(refusal.message).toContain(scope);
      },
    );
  }

  test('whoAmI says who calls, as whom, and what the token allows', async () => {
    const { rows } = await database.superuser.query<{ principal_id: string }>(
      `select principal_id from cutter_auth.principal where name = 'observer'`,
    );
    const caller = { ...session('ledger:observe', 'entry:mark'), principalId: rows[0]!.principal_id };
    const { data } = await ask(
      readingContext(database.pools.reads, caller),
      `{ whoAmI { name kind personName lane scopes mode session { tokenId expiresAt scopes entryIds lane } }
         principals { nodes { name session { tokenId } } } }`,
    );
    const { whoAmI, principals } = JSON.parse(JSON.stringify(data));
    expect(whoAmI).toEqual({
      name: 'observer',
      kind: 'PERSON',
      personName: 'Otto Sample',
      lane: null,
      scopes: ['LEDGER_OBSERVE', 'DOCUMENT_READ'],
      mode: 'REHEARSAL',
      session: {
        tokenId: idOf('token', 1),
        expiresAt: '2027-01-01T00:00:00.000000Z',
        scopes: ['ENTRY_MARK', 'LEDGER_OBSERVE'],
        entryIds: null,
        lane: 'DOT_991',
      },
    });
    expect(principals.nodes).toContainEqual({ name: 'observer', session: null });
  });
});
