import { expect, test } from 'vitest';
import { type Given, type KeptStatements, keepStatement } from '../../src/reading/kept-statement.ts';

const given = (more: Partial<Given> = {}): Given => ({
  bound: [],
  reach: null,
  past: null,
  keys: [],
  ...more,
});
const key = (column: string, value: string | readonly string[]) => ({ column, value });

test('a text is written once for a shape, and its values are those of each call, in their order', () => {
  const kept: KeptStatements = new Map();
  let written = 0;
  const ask = (...keys: ReturnType<typeof key>[]) =>
    keepStatement(kept, given({ keys }), (from) => {
      written += 1;
      const values = from.keys.map(({ value }) => value).toReversed();
      return { sql: `select ${from.keys.map(({ column }) => column).join()}`, values };
    });
  expect(ask(key('a', '1'), key('b', '2'))).toEqual({ sql: 'select a,b', values: ['2', '1'] });
  expect(ask(key('a', '3'), key('b', '4'))).toEqual({ sql: 'select a,b', values: ['4', '3'] });
  expect(written).toBe(1);
  expect(ask(key('b', '3'), key('a', '4'))).toEqual({ sql: 'select b,a', values: ['4', '3'] });
  expect(ask(key('a', ['5', '6']))).toEqual({ sql: 'select a', values: [['5', '6']] });
  expect(ask(key('a', ['7']))).toEqual({ sql: 'select a', values: [['7']] });
  expect(written).toBe(3);
});

test('a text that depends on a value is written anew for each call', () => {
  const kept: KeptStatements = new Map();
  const ask = (value: string) =>
    keepStatement(kept, given({ keys: [key('a', value)] }), (from) => ({
      sql: `select '${from.keys[0]!.value}'`,
      values: [],
    }));
  expect(ask('1').sql).toBe("select '1'");
  expect(ask('2').sql).toBe("select '2'");
});

test('so is one whose values are not those that were given', () => {
  const kept: KeptStatements = new Map();
  const ask = (at: string) =>
    keepStatement(kept, given({ past: { at } }), () => ({ sql: 'select $1', values: [at] }));
  expect(ask('1').values).toEqual(['1']);
  expect(ask('2').values).toEqual(['2']);
});

test('what is no value belongs to the shape, known or not', () => {
  const kept: KeptStatements = new Map();
  const ask = (order: string) =>
    keepStatement(kept, { ...given(), bound: [{ order } as never] }, ({ bound }) => ({
      sql: `order ${(bound[0] as unknown as { order: string }).order}`,
      values: [],
    }));
  expect(ask('asc').sql).toBe('order asc');
  expect(ask('desc').sql).toBe('order desc');
});
