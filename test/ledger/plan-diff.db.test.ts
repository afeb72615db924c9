import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, fresh, type Loose, marked, verified, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const UNIT = `change address addressBefore parentAddress depth order moved role localId title titleBefore text textBefore
  words { change text } excludedBecause approvedBy { decidedBy }`;

async function diffOf(entryId: string, args = ''): Promise<Loose> {
  const query = `query ($entryId: UUID) { planDiff(entryId: $entryId) { __typename
    ... on PlanDiff { manifestDigest toReview counts { change count } carriedOver { records }
      units(${args === '' ? 'first: 100' : args}) { totalCount nodes { ${UNIT} } pageInfo { hasNextPage endCursor } } }
    ... on Refusal { message problems { path code } } } }`;
  const { body } = await server.gql(server.tokens.reviewer, query, { entryId });
  expect(body.errors).toBeUndefined();
  return body.data.planDiff;
}

const countsOf = ({ counts }: Loose) =>
  Object.fromEntries(
    counts.filter((one: Loose) => one.count > 0).map((one: Loose) => [one.change, one.count]),
  );
const lastPart = (address: string | null) => address?.split('/').at(-1) ?? 'set aside';

const FIRST =
  '# Law\n\n## One\n\nWho sells pays within ten days.\n\n## Two\n\nSecond.\n\n## Three\n\nThird.\n\n## Four\n\nFourth.\n\n';
const SECOND =
  '# Law\n\n## One\n\nWho sells pays within thirty days.\n\n## Four\n\nFourth.\n\n## Two\n\nSecond.  \n\n## Five\n\nFifth.\n\n';

async function amended(): Promise<{ entryId: string; code: string }> {
  const code = fresh('law');
  await verified(server, await marked(server, fresh(), { docCode: code, text: FIRST }));
  const { entryId } = await marked(server, fresh(), { docCode: code, text: SECOND });
  return { entryId, code };
}

test('a plan beside its document: each unit by what is changed, in the order of the plan, with its words', async () => {
  const { entryId, code } = await amended();
  const diff = await diffOf(entryId);
  expect(countsOf(diff)).toEqual({
    ADDED: 1,
    REMOVED: 1,
    MOVED: 1,
    REWORDED: 1,
    FORMAT_ONLY: 1,
    UNCHANGED: 1,
  });
  const units = new Map<string, Loose>(diff.units.nodes.map((unit: Loose) => [lastPart(unit.address), unit]));
  expect([...units.keys()]).toEqual([code, 'one', 'four', 'two', 'five', 'three']);
  expect(units.get('one')).toMatchObject({
    change: 'REWORDED',
    depth: 1,
    parentAddress: code,
    words: [
      { change: 'SAME', text: '## One\n\nWho sells pays within ' },
      { change: 'REMOVED', text: 'ten' },
      { change: 'ADDED', text: 'thirty' },
      { change: 'SAME', text: ' days.\n\n' },
    ],
    approvedBy: null,
  });
  expect(units.get('four')).toMatchObject({
    change: 'MOVED',
    moved: true,
    words: [],
    textBefore: '## Four\n\nFourth.\n\n',
  });
  expect(units.get('two')).toMatchObject({ change: 'FORMAT_ONLY' });
  expect(units.get('five')).toMatchObject({
    change: 'ADDED',
    addressBefore: null,
    textBefore: null,
    words: [],
  });
  expect(units.get('three')).toMatchObject({
    change: 'REMOVED',
    role: 'VANISHED',
    text: null,
    textBefore: '## Three\n\nThird.\n\n',
    words: [],
    address: `${code}/three`,
  });
  const removed = units.get('three');
  const comment = {
    idempotencyKey: fresh('say'),
    entryId,
    manifestDigest: diff.manifestDigest,
    body: 'Why?',
  };
  const said = await call(server, server.tokens.reviewer, 'comment', {
    ...comment,
    localId: removed.localId,
  });
  expect(said.__typename).toBe('CommentSuccess');
});

test('units are asked for by change, and by pages that go on', async () => {
  const { entryId } = await amended();
  const changed = await diffOf(entryId, 'first: 2, changes: [REWORDED, ADDED, REMOVED]');
  expect(changed.units.nodes.map((unit: Loose) => lastPart(unit.address))).toEqual(['one', 'five']);
  expect(changed.units).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  const after = `first: 2, after: "${changed.units.pageInfo.endCursor}", changes: [REWORDED, ADDED, REMOVED]`;
  const next = await diffOf(entryId, after);
  expect(next.units.nodes.map((unit: Loose) => lastPart(unit.address))).toEqual(['three']);
});

test('what is to be reviewed is what changed, and what is carried over the rest', async () => {
  const { entryId, code } = await amended();
  const diff = await diffOf(entryId, 'first: 100, toReview: true');
  expect(diff.units.nodes.map((unit: Loose) => lastPart(unit.address))).toEqual([
    'one',
    'two',
    'five',
    'three',
  ]);
  expect(diff.toReview).toBe(4);
  // Two is looked at anyway, so that Four, which it stood before, isn't asked for.
  const rest = await diffOf(entryId, 'first: 100, toReview: false');
  expect(
    rest.units.nodes.map((unit: Loose) => [unit.address, unit.change, unit.approvedBy !== null]),
  ).toEqual([
    [code, 'UNCHANGED', true],
    [`${code}/four`, 'MOVED', true],
  ]);
});

test('the first plan of a document adds everything', async () => {
  const { entryId } = await marked(server, fresh(), { text: FIRST });
  expect(countsOf(await diffOf(entryId))).toEqual({ ADDED: 5 });
});

test('an entry that has ended has no plan, and a stranger none at all', async () => {
  const { entryId } = await wasCut(server);
  expect((await diffOf(entryId)).__typename).toBe('PlanDiff');
  const unknown = '00000000-0000-4000-8000-000000000000';
  expect(await diffOf(unknown)).toMatchObject({ __typename: 'NotFound', problems: [{ path: ['entryId'] }] });
});

test('long texts are compared on a thread, and the answer is the same text', async () => {
  const code = fresh('law');
  const words = (other: string) =>
    Array.from({ length: 6_000 }, (_, at) => (at % 97 === 0 ? other : `w${at}`)).join(' ');
  const text = (other: string) => `# Law\n\n## One\n\n${words(other)}.\n`;
  await verified(server, await marked(server, fresh(), { docCode: code, text: text('ten') }));
  const { entryId } = await marked(server, fresh(), { docCode: code, text: text('thirty') });
  const diff = await diffOf(entryId, 'first: 5, changes: [REWORDED]');
  const [unit] = diff.units.nodes;
  const of = (change: string) =>
    unit.words
      .filter((one: Loose) => one.change !== change)
      .map((one: Loose) => one.text)
      .join('');
  expect(of('ADDED')).toBe(unit.textBefore);
  expect(of('REMOVED')).toBe(unit.text);
  expect(unit.words.filter((one: Loose) => one.change === 'ADDED').length).toBeGreaterThan(50);
});
