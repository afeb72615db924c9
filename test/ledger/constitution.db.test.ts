/** A constitution of 60 articles in the rows of a table, cut in the words of its own users, by the public API alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, fresh, type Loose, marked, verified } from '../harness/cycle.ts';
import { freshWord, profileBody, wholeLevel } from '../harness/registry.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const ARTICLES = 62;
/** Two of the articles were repealed; 60 are in force. */
const REPEALED = new Set([7, 41]);
const CHAPTERS = 2;

const rowOf = (number: number): string =>
  `| **NT${number}** | Nguyên tắc ${number}: minh bạch và đúng mực. | ${REPEALED.has(number) ? 'bãi bỏ' : ''} |\n`;

function constitutionText(): string {
  const each = ARTICLES / CHAPTERS;
  const chapters = Array.from({ length: CHAPTERS }, (_, chapter) => {
    const rows = Array.from({ length: each }, (_, row) => rowOf(chapter * each + row + 1));
    return `## Chương ${chapter + 1}\n\n| Mã | Nội dung | Trạng thái |\n|---|---|---|\n${rows.join('')}\n`;
  });
  return `# Hiến pháp\n\n${chapters.join('')}`;
}

const administer = (verb: string, input: object): Promise<Loose> =>
  call(server, server.tokens.administrator, verb, { idempotencyKey: fresh(verb), ...input });

async function unitsOf(docCode: string): Promise<Loose[]> {
  const query = `query ($docCode: String!) {
    units(first: 200, filter: { docCode: $docCode }) { nodes { address kind sectionType citation } } }`;
  const { body } = await server.gql(server.tokens.reviewer, query, { docCode });
  expect(body.errors).toBeUndefined();
  return body.data.units.nodes;
}

/** The 60 articles in force, by their addresses, in the order of the text. */
function inForce(docCode: string): string[] {
  return Array.from({ length: ARTICLES }, (_, at) => at + 1)
    .filter((number) => !REPEALED.has(number))
    .map((number) => `${docCode}/nt${number}`);
}

test('goes through all phases in words and by a profile that its users registered', async () => {
  const [unit, part, profile] = [freshWord(), freshWord(), freshWord()];
  const words = [
    { termKind: 'UNIT_KIND', term: unit, description: 'A unit of a law.', atMost: 60 },
    { termKind: 'SECTION_TYPE', term: part, description: 'A principle.' },
  ];
  expect(await administer('registerVocabulary', { terms: words })).toMatchObject({ replayed: false });
  const article = wholeLevel({
    id: 'article',
    role: 'section',
    at: ['heading', 'row'],
    match: ['(?<code>NT\\d+)(?:[\\s*|]|$)'],
    isComplete: true,
    terms: { kind: unit, sectionType: part },
  });
  const statuses = [{ match: 'bãi bỏ', sectionType: null, setAside: true }];
  const body = profileBody({ granularity: 'SECTION', levels: [article], statuses });
  expect(await administer('registerProfile', { name: profile, version: '1', body })).toMatchObject({
    replayed: false,
  });
  const docCode = fresh('constitution');
  const entry = await marked(server, docCode, { docCode, text: constitutionText(), profile });
  expect((await verified(server, entry)).verdict).toMatchObject({ result: { verdict: 'PASS' } });
  const articles = (await unitsOf(docCode)).filter(({ kind }) => kind === unit);
  expect(articles.map(({ address }) => address).toSorted()).toEqual(inForce(docCode).toSorted());
  expect(articles).toHaveLength(60);
  expect(articles.map(({ sectionType }) => sectionType)).toEqual(articles.map(() => part));
});

test('goes through all phases by the profile "principles"', async () => {
  const docCode = fresh('principles');
  const entry = await marked(server, docCode, { docCode, text: constitutionText(), profile: 'principles' });
  expect((await verified(server, entry)).verdict).toMatchObject({ result: { verdict: 'PASS' } });
  const articles = (await unitsOf(docCode)).filter(({ address }) => /\/nt\d+$/.test(address));
  expect(articles.map(({ address }) => address).toSorted()).toEqual(inForce(docCode).toSorted());
});
