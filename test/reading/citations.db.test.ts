/** Units are found by their citations as people write them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fresh, marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

const GERMAN = `# Gesetzbuch

## § 433 Pflichten

(1) Durch den Vertrag wird

1.  der Verkäufer,

    a)  verpflichtet,


2.  der Käufer.


(2) Der Käufer zahlt.

## § 434

Sachmangel.

## Art 5

(1) Meinung.
`;
const VIETNAMESE = 'Điều 5. Quyền\n1. Các quyền:\na) Một;\nb) Hai;\nd) Ba;\nđ) Bốn.\n';

let server: TestServer;
const german = fresh('bgb');
const vietnamese = fresh('luat');
beforeAll(async () => {
  server = await testServer();
  const laws = [
    [german, GERMAN, 'statute-de'],
    [vietnamese, VIETNAMESE, 'statute-vi'],
  ] as const;
  for (const [docCode, text, profile] of laws)
    await verified(server, await marked(server, docCode, { docCode, text, profile }));
});
afterAll(() => server.close());

async function citedAs(citation: string | readonly string[], docCode?: string): Promise<string[]> {
  const query = `query ($filter: UnitFilter) { units(first: 20, filter: $filter) { nodes { address citation } } }`;
  const { body } = await server.gql(server.tokens.reviewer, query, {
    filter: { citation, ...(docCode === undefined ? {} : { docCode }) },
  });
  expect(body.errors).toBeUndefined();
  return body.data.units.nodes.map(({ address }: { address: string }) => address.replace(/^[^/]+\//, ''));
}

test.each([
  ['§ 433 Abs. 1', 'p-433/abs-1'],
  ['§ 433 I', 'p-433/abs-1'],
  ['§433 (2)', 'p-433/abs-2'],
  ['§ 433 Absatz 1 Nummer 1', 'p-433/abs-1/1'],
  ['§ 433 Abs. 1 Nr. 1 Buchst. a', 'p-433/abs-1/1/a'],
  ['433/1/2', 'p-433/abs-1/2'],
  ['Art. 5 Abs. 1', 'art-5/abs-1'],
  ['Artikel 5 I', 'art-5/abs-1'],
])('%s', async (citation, address) => {
  expect(await citedAs(citation, german)).toEqual([address]);
  expect(await citedAs(`${german} ${citation}`)).toEqual([address]);
  expect(await citedAs(`${german.toUpperCase()} ${citation}`)).toEqual([address]);
});

test('a section without paragraphs is cited together with its text', async () => {
  expect(await citedAs('§ 434', german)).toEqual(['p-434', 'p-434/text']);
});

test.each([
  ['Điều 5 khoản 1 điểm đ', 'dieu-5/khoan-1/diem-đ'],
  ['điều 5, khoản 1, điểm d', 'dieu-5/khoan-1/diem-d'],
  ['Điều 5', 'dieu-5'],
])('%s', async (citation, address) => {
  expect(await citedAs(citation, vietnamese)).toEqual([address]);
});

test('nothing is found for what nobody has', async () => {
  for (const citation of ['§ 999', '', '/', '§', '((((', `${german} `])
    expect(await citedAs(citation, german)).toEqual([]);
});

test('a unit says how it is cited, parts of a list are one citation', async () => {
  const query = `query ($address: String) { unit(address: $address) { citation } }`;
  const { body } = await server.gql(server.tokens.reviewer, query, { address: `${german}/p-433/abs-1/1/a` });
  expect(body.data.unit.citation).toEqual([german, '§ 433', 'Abs. 1', '1.', 'a)']);
  expect(await citedAs(body.data.unit.citation)).toEqual(['p-433/abs-1/1/a']);
});
