import { expect, test, vi } from 'vitest';
import { planDocument } from '../../../src/document/plan.ts';
import type { DocumentPlan } from '../../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { type PlanLimits, PlanMaker } from '../../../src/ledger/effect/plan-apart.ts';
import { PlanCache } from '../../../src/ledger/effect/plan-cache.ts';
import { testServer } from '../../harness/server.ts';
import { PLANS_THE_MOST_UNITS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: PLANS_THE_MOST_UNITS_MS });

const sections = (count: number) =>
  Array.from({ length: count }, (_, at) => `## Section ${at}\n\nWords of § ${at}, é.\n`).join('\n');
/** A document of lists alone, of so many bytes. */
const lists = (bytes: number) =>
  '# Lists\n\n'.concat('- one item\n  - and one below it\n'.repeat(bytes / 33));
const MB = 1024 * 1024;

const input = (text: string, docCode = 'law') => ({
  bytes: Buffer.from(text),
  docCode,
  spec: { profile: 'markdown' },
  vocabulary: BASE_VOCABULARY,
});

const HOUR = 3_600_000;
const LIMIT = { threads: 1, waiting: 4, waitMs: HOUR, workMs: HOUR, idleMs: HOUR, heapMb: 1_024 };
const limitsWith = (large: Partial<PlanLimits['large']>, usual: Partial<PlanLimits['usual']> = {}) => ({
  usual: { ...LIMIT, ...usual },
  large: { ...LIMIT, ...large },
});

test.each([
  ['small', sections(3)],
  ['large', sections(9_000)],
  ['larger', sections(60_000)],
  ['of few long sections', `# A\n\n${'words '.repeat(300_000)}\n\n# B\n\n${'more '.repeat(300_000)}`],
  ['that can’t be planned', `${'# A\n\n'.repeat(30_000)}\u0000`],
])('plan: a document that is %s has the same plan on the thread as here', async (_name, text) => {
  expect(await new PlanMaker(limitsWith({})).plan(input(text))).toEqual(planDocument(input(text)));
});

test('plan: several at once don’t mix', async () => {
  const planner = new PlanMaker(limitsWith({}));
  const texts = [2_000, 4_000, 3_000, 2_001].map(sections);
  const plans = await Promise.all(texts.map((text) => planner.plan(input(text))));
  for (const [at, text] of texts.entries()) expect(plans[at]).toEqual(planDocument(input(text)));
});

test('plan: small documents of others are planned while a document of 10 MB of lists is', async () => {
  const planner = new PlanMaker(limitsWith({}));
  const done: string[] = [];
  const large = planner.plan(input(lists(10 * MB))).then(() => done.push('large'));
  for (const name of ['first', 'second', 'third'])
    await planner.plan(input(sections(2_000), name)).then(() => done.push(name));
  await large;
  expect(done.indexOf('first')).toBeLessThan(done.indexOf('large'));
  expect(done).toHaveLength(4);
});

test('plan: a document that takes too long is refused by its name, and the next one is planned', async () => {
  const planner = new PlanMaker(limitsWith({ workMs: 1 }));
  await expect(planner.plan(input(lists(2 * MB), 'slow-law'))).rejects.toMatchObject({
    name: 'PlanTooCostly',
    retryable: false,
    message: expect.stringMatching(/"slow-law" \(\d+ bytes\) took more than 0\.001 s\. Split the document/),
    problems: [{ path: ['cutSpec'], code: 'plan-work' }],
  });
  expect(planner.threads).toBe(0);
  expect((await planner.plan(input(sections(2_000)))).problems).toEqual([]);
});

test('plan: a document that takes too much memory is refused, and the server goes on', async () => {
  const planner = new PlanMaker(limitsWith({ heapMb: 16 }));
  await expect(planner.plan(input(sections(100_000)))).rejects.toMatchObject({
    name: 'PlanTooCostly',
    problems: [{ code: 'plan-heap' }],
  });
  expect((await planner.plan(input(sections(2_000)))).problems).toEqual([]);
});

test('plan: a full line, and a place in it that takes too long, are Busy and can be repeated', async () => {
  const planner = new PlanMaker(limitsWith({ waiting: 1 }));
  const text = lists(2 * MB);
  const answers = await Promise.allSettled(['a', 'b', 'c'].map((code) => planner.plan(input(text, code))));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const queue = { name: 'Busy', retryable: true, problems: [{ code: 'plan-queue' }] };
  expect((answers[2] as PromiseRejectedResult).reason).toMatchObject(queue);
  expect((await planner.plan(input(text, 'c'))).problems).toEqual([]);

  const hasty = new PlanMaker(limitsWith({ waitMs: 1 }));
  const [, waited] = await Promise.allSettled(['a', 'b'].map((code) => hasty.plan(input(text, code))));
  const wait = { name: 'Busy', retryable: true, problems: [{ code: 'plan-wait' }] };
  expect((waited as PromiseRejectedResult).reason).toMatchObject(wait);
});

test('plan: the thread of a large document ends with it; that of a small one ends when it is idle', async () => {
  const planner = new PlanMaker(limitsWith({}, { idleMs: 1 }));
  await planner.plan(input(lists(2 * MB)));
  expect(planner.threads).toBe(0);
  await planner.plan(input(sections(2_000)));
  await vi.waitFor(() => expect(planner.threads).toBe(0));
});

test('plan: who asks for a plan that is being made gets the same one', async () => {
  const plans = new PlanCache();
  const asked = input(sections(20_000));
  const [one, other] = await Promise.all([plans.plan('key', asked), plans.plan('key', asked)]);
  expect(other).toBe(one as DocumentPlan);
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
