import fc from 'fast-check';
import pg, { type Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS, type Kind } from '../../../src/fsck/kinds.ts';
import { copyBinary } from '../../../src/fsck/rows/copy.ts';
import { BirthText, StandingRows } from '../../../src/fsck/rows/row-text.ts';
import { canonicalJson, type PlainJson } from '../../../src/proof/canonical.ts';
import { parsePlainJson } from '../../../src/proof/parse-plain-json.ts';
import { anyText } from '../../harness/any-text.ts';
import { testDatabase } from '../../harness/database.ts';

let client: Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: (await testDatabase()).ownerUrl });
  await client.connect();
});
afterAll(() => client.end());

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const orNull = (text: string | undefined) => (text === undefined ? 'null::text' : quoted(text));

/** A kind of one column of a type, read as values are read from the tables. */
async function canonicalOf(type: string, values: readonly string[]): Promise<(string | null)[]> {
  const kind = { ...KINDS[0], key: ['value'], columns: ['value'], types: { value: type } } as Kind;
  const rows = new StandingRows(kind);
  const found: (string | null)[] = [];
  const list = values.map((value, at) => `(${at}, ${value})`).join();
  const query = `select ${rows.select} from (values ${list}) r (at, value) order by r.at`;
  await copyBinary(client, query, (row) => found.push(rows.read(row).values.get('value') as string | null));
  return found;
}

const text = anyText().filter((value) => !value.includes('\0') && value.isWellFormed());
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'aa', 'a b', 'a!', 'A', 'é', '\ud83d\ude00', '\uffee', ''),
  text,
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      name.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
})).value as fc.Arbitrary<PlainJson>;

describe('The canonical text of a column as COPY sends it', () => {
  test('of jsonb is that of the value, whatever the names, the nesting and the numbers', async () => {
    const values = fc.sample(json, 2000).filter((value) => value !== null);
    const texts = values.map((value) => JSON.stringify(value));
    const found = await canonicalOf(
      'jsonb',
      texts.map((value) => `${quoted(value)}::jsonb`),
    );
    // What jsonb gives back of a number is what it was given, to the last digit.
    expect(found).toEqual(texts.map((value) => canonicalJson(parsePlainJson(value))));
  });

  test('of jsonb is none where its digits or its depth are more than a record can have said, or where a JSON null stands', async () => {
    const beyond = [
      '12345678901234567890',
      '0.1234567890123456789',
      `${'['.repeat(65)}${']'.repeat(65)}`,
      'null',
    ];
    expect(
      await canonicalOf(
        'jsonb',
        beyond.map((value) => `${quoted(value)}::jsonb`),
      ),
    ).toEqual([null, null, null, null]);
    const deep = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(await canonicalOf('jsonb', [`${quoted(deep)}::jsonb`, 'null'])).toEqual([deep, 'null']);
  });

  test('of a text is its JSON string', async () => {
    const values = [
      ...fc.sample(text, 1000),
      '\u0001\u001f\b\f\n\r\t"\\/\u007f\u2028é\ud83d\ude00',
      '',
      'x'.repeat(100_000),
    ];
    expect(await canonicalOf('text', values.map(quoted))).toEqual(
      values.map((value) => JSON.stringify(value)),
    );
  });

  test('of a time has six decimals and the zone of UTC, and none where no record can have said it', async () => {
    const times = [
      ['2026-01-02T03:04:05.678901Z', '"2026-01-02T03:04:05.678901Z"'],
      ['2026-01-02T03:04:05Z', '"2026-01-02T03:04:05.000000Z"'],
      ['2000-01-01T00:00:00Z', '"2000-01-01T00:00:00.000000Z"'],
      ['1999-12-31T23:59:59.999999Z', '"1999-12-31T23:59:59.999999Z"'],
      ['1999-12-31T23:59:59Z', '"1999-12-31T23:59:59.000000Z"'],
      ['0001-01-01T00:00:00Z', '"0001-01-01T00:00:00.000000Z"'],
      ['9999-12-31T23:59:59.999999Z', '"9999-12-31T23:59:59.999999Z"'],
      ['2999-01-02T03:04:05.678901Z', '"2999-01-02T03:04:05.678901Z"'],
      ['10000-01-01T00:00:00Z', null],
      ['0001-01-01T00:00:00Z BC', null],
      ['infinity', null],
      ['-infinity', null],
    ] as const;
    expect(
      await canonicalOf(
        'now',
        times.map(([value]) => `${quoted(value)}::timestamptz`),
      ),
    ).toEqual(times.map(([, canonical]) => canonical));
  });

  test('of the other types is what a record says, and of another type none', async () => {
    const id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    expect(await canonicalOf('uuid', [`'${id}'::uuid`])).toEqual([`"${id}"`]);
    expect(await canonicalOf('int', ['0', '9', '10', '-2147483648', '2147483647'])).toEqual([
      '0',
      '9',
      '10',
      '-2147483648',
      '2147483647',
    ]);
    expect(await canonicalOf('bool', ['true', 'false'])).toEqual(['true', 'false']);
    expect(await canonicalOf('bytea', [`'\\x00ff10'::bytea`, `''::bytea`])).toEqual(['"AP8Q"', '""']);
    for (const type of ['uuid', 'int', 'bool', 'now'])
      expect(await canonicalOf(type, [`'another type'::text`])).toEqual([null]);
  });

  test('makes the text of a whole row, with a key of several columns joined by a slash', async () => {
    const types = { at: 'uuid', local: 'text', rest: 'jsonb' };
    const kind = {
      ...KINDS[0],
      recorded: 'made_up',
      key: ['at', 'local'],
      columns: ['at', 'local', 'rest'],
      types,
      added: new Set(),
      atBirth: {},
    } as unknown as Kind;
    const birth = new BirthText(kind);
    const id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    const made: string[] = [];
    await copyBinary(
      client,
      `select ${birth.select} from (values ('${id}'::uuid, 'a"b', null::jsonb), ('${id}', 'é', '{"b": 1, "aa": 2}')) r (at, local, rest)`,
      (row) => {
        birth.digest(row);
        made.push(birth.text.bytes.toString('utf8', 0, birth.text.length));
      },
    );
    const whole = (local: string, rest: PlainJson) =>
      canonicalJson({
        columns: { at: id, local, rest },
        id: `${id}/${local}`,
        op: 'insert',
        table: 'made_up',
      });
    expect(made).toEqual([whole('a"b', null), whole('é', { aa: 2, b: 1 })]);
  });

  test('leaves out a column that a later migration added, where it holds nothing', async () => {
    const kind = {
      ...KINDS[0],
      recorded: 'made_up',
      key: ['id'],
      columns: ['also', 'id', 'more'],
      types: { also: 'text', id: 'uuid', more: 'text' },
      added: new Set(['also', 'more']),
      atBirth: {},
    } as unknown as Kind;
    const birth = new BirthText(kind);
    const id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    const rows = [{ id }, { also: 'a', id }, { id, more: 'b' }, { also: 'a', id, more: 'b' }];
    const values = rows.map(({ also, more }: { also?: string; more?: string }) => [also, more]);
    const listed = values.map(([also, more]) => `(${orNull(also)}, '${id}'::uuid, ${orNull(more)})`);
    const made: string[] = [];
    const from = `(values ${listed.join()}) r (also, id, more)`;
    await copyBinary(client, `select ${birth.select} from ${from}`, (row) => {
      birth.digest(row);
      made.push(birth.text.bytes.toString('utf8', 0, birth.text.length));
    });
    expect(made).toEqual(
      rows.map((columns) => canonicalJson({ columns, id, op: 'insert', table: 'made_up' })),
    );
  });
});
