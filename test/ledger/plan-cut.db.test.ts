import { beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose, marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const PROBLEMS = 'problems { path code message severity }';

async function planOf(entryId: string, asked: string): Promise<Loose> {
  const query = `query ($entryId: UUID) { planCut(entryId: $entryId) { __typename ... on Plan { ${asked} } } }`;
  const answer = await server.gql(server.tokens.reviewer, query, { entryId });
  if (answer.body.errors !== undefined) throw new Error(JSON.stringify(answer.body.errors));
  return answer.body.data.planCut;
}

describe('a warning', () => {
  const oneUnit = (bytes: number) => 'Words of law. '.repeat(bytes).slice(0, bytes);

  test('is given for one unit without a heading in more than 3,000 bytes, and blocks nobody', async () => {
    const entry = await marked(server, fresh('long'), { text: oneUnit(3001) });
    const { problems } = await planOf(entry.entryId, PROBLEMS);
    expect(problems).toMatchObject([{ code: 'one_unit_without_heading', severity: 'WARNING' }]);
    expect(problems[0].message).toMatch(/3001 bytes.*## Title/);
    expect((await verified(server, entry)).verdict).toMatchObject({ entry: { status: 'VERIFIED_COMPLETE' } });
  });

  test.each([
    ['a text of 3,000 bytes', oneUnit(3000)],
    ['sections of a page', `${oneUnit(2900)}\n\n## One\n\n${oneUnit(2900)}\n`],
  ])('is not given for %s', async (_, text) => {
    const { entryId } = await marked(server, fresh('short'), { text });
    expect(await planOf(entryId, PROBLEMS)).toMatchObject({ problems: [] });
  });

  test.each([
    ['below one heading', `# Law\n\n${oneUnit(4000)}`],
    ['above one heading', `${oneUnit(4000)}\n\n## One\n\nx\n`],
  ])('is given for most of a document %s', async (_, text) => {
    const { entryId } = await marked(server, fresh('most'), { text });
    expect(await planOf(entryId, PROBLEMS)).toMatchObject({ problems: [{ code: 'mostly_one_unit' }] });
  });

  test('is no problem of a refusal: those are errors', async () => {
    const refused = await server.gql(
      server.tokens.marker,
      `mutation ($input: MarkInput!) { mark(input: $input) { ... on Refusal { ${PROBLEMS} } } }`,
      {
        input: {
          idempotencyKey: fresh('mark'),
          sourceId: '00000000-0000-4000-8000-000000000000',
          cutSpec: { profile: 'markdown' },
          signalSource: 'test',
        },
      },
    );
    expect(refused.body.data.mark.problems).toMatchObject([{ code: 'not-found', severity: 'ERROR' }]);
  });
});

describe('what a plan sets aside', () => {
  const EXCLUDED = 'nodes { reason start end text blank } pageInfo { hasNextPage endCursor } totalCount';

  test('is shown with its reason, place and text', async () => {
    const text = '---\ntitle: Policy\n---\n\n# One\n\nx\n';
    const { entryId } = await marked(server, fresh('matter'), { text });
    const plan = await planOf(
      entryId,
      `all: excluded { ${EXCLUDED} } words: excluded(blank: false) { ${EXCLUDED} }`,
    );
    const matter = {
      reason: 'front_matter',
      start: 0,
      end: 22,
      text: '---\ntitle: Policy\n---\n',
      blank: false,
    };
    expect(plan.words).toMatchObject({ nodes: [matter], totalCount: 1 });
    expect(plan.all.nodes).toEqual([
      matter,
      { reason: 'blank', start: 22, end: 23, text: '\n', blank: true },
    ]);
  });

  test('is paged, whatever is asked for', async () => {
    const name = fresh('paged');
    const text = 'ab cd ef gh.';
    const { source } = await call(
      server,
      server.tokens.marker,
      'registerSource',
      { idempotencyKey: name, docCode: name, content: { text } },
      'source { sourceId }',
    );
    const cutSpec = {
      units: [0, 2, 3, 5, 6, 8, 9].map((start, at, starts) => ({
        localId: `s${at}`,
        start,
        end: starts[at + 1] ?? text.length,
        kind: 'paragraph',
        sectionType: 'paragraph',
        address: `${name}/${at}`,
        ...(at === 0 ? {} : { excludedBecause: at % 2 === 1 ? 'gap' : 'note' }),
      })),
    };
    const page = async (after: string | null): Promise<Loose> => {
      const query = `query ($sourceId: UUID, $cutSpec: CutSpecInput, $after: String) {
        planCut(sourceId: $sourceId, cutSpec: $cutSpec) { ... on Plan { excluded(first: 2, after: $after, blank: false) { ${EXCLUDED} } } } }`;
      const answer = await server.gql(server.tokens.reviewer, query, {
        sourceId: source.sourceId,
        cutSpec,
        after,
      });
      return answer.body.data.planCut.excluded;
    };
    const first = await page(null);
    expect(first).toMatchObject({
      nodes: [{ text: 'cd' }, { text: 'ef' }],
      totalCount: 3,
      pageInfo: { hasNextPage: true },
    });
    expect(await page(first.pageInfo.endCursor)).toMatchObject({
      nodes: [{ text: 'gh.' }],
      totalCount: 3,
      pageInfo: { hasNextPage: false },
    });
  });
});
