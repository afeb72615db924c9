import { expect, test } from 'vitest';
import { planDocument } from '../../../src/document/plan.ts';
import { planApart } from '../../../src/ledger/effect/plan-apart.ts';
import { testServer } from '../../harness/server.ts';

const sections = (count: number) =>
  Array.from({ length: count }, (_, at) => `## Section ${at}\n\nWords of § ${at}, é.\n`).join('\n');

const input = (text: string) => ({
  bytes: Buffer.from(text),
  docCode: 'law',
  spec: { profile: 'markdown' },
  vocabulary: [],
});

test.each([
  ['small', sections(3)],
  ['large', sections(9_000)],
  ['of few long sections', `# A\n\n${'words '.repeat(300_000)}\n\n# B\n\n${'more '.repeat(300_000)}`],
  ['that can’t be planned', `${'# A\n\n'.repeat(30_000)}\u0000`],
])('plan: a document that is %s has the same plan on the thread as here', async (_name, text) => {
  expect(await planApart(input(text))).toEqual(planDocument(input(text)));
});

test('plan: several at once don’t mix', async () => {
  const texts = [2_000, 4_000, 3_000, 2_001].map(sections);
  const plans = await Promise.all(texts.map((text) => planApart(input(text))));
  for (const [at, text] of texts.entries()) expect(plans[at]).toEqual(planDocument(input(text)));
});

test('plan: while a large document is planned for one caller, others are answered', async () => {
  const server = await testServer();
  const { marker, observer } = server.tokens;
  const registered = await server.gql(
    marker,
    `mutation($input: RegisterSourceInput!) { registerSource(input: $input) {
      ... on RegisterSourceSuccess { source { sourceId } } } }`,
    { input: { idempotencyKey: 'large', docCode: 'large', content: { text: sections(15_000) } } },
  );
  const plan = server.gql(
    marker,
    'query($id: UUID!) { planCut(sourceId: $id, cutSpec: { profile: "markdown" }) { __typename ... on Plan { coverage { complete } } } }',
    { id: registered.body.data.registerSource.source.sourceId },
  );
  let isPlanned = false;
  void plan.then(() => {
    isPlanned = true;
  });
  // Each answer is a turn that the plan has left to others.
  let answered = 0;
  while (!isPlanned) {
    expect((await server.gql(observer, '{ whoAmI { name } }')).status).toBe(200);
    if (!isPlanned) answered++;
  }
  expect((await plan).body.data.planCut).toMatchObject({ __typename: 'Plan', coverage: { complete: true } });
  expect(answered).toBeGreaterThan(3);
});
