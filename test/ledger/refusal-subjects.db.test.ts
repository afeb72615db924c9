/** What a refusal is about stands in its problems as data: no client has to read an id out of a sentence. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const SUBJECT = 'code entryId changeSetId reviewDecisionId manifestDigest notBefore address';

/** The refusal of a verb, its name first, and its problems without their sentences. */
async function refusal(verb: string, role: string, input: Record<string, unknown>): Promise<Loose> {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  const { body } = await server.gql(
    server.tokens[role as keyof typeof server.tokens],
    `mutation ($input: ${type}!) { outcome: ${verb}(input: $input) {
      __typename ... on Refusal { problems { ${SUBJECT} } } } }`,
    { input: { idempotencyKey: fresh(verb), ...input } },
  );
  expect(body.errors).toBeUndefined();
  return [body.data.outcome.__typename, ...(body.data.outcome.problems ?? [])];
}

const NOTHING = {
  entryId: null,
  changeSetId: null,
  reviewDecisionId: null,
  manifestDigest: null,
  notBefore: null,
  address: null,
};
const OTHER_DIGEST = `sha256:${'0'.repeat(64)}`;

describe('a refused cut', () => {
  test('names the entry that has its cut already, and the change set', async () => {
    const { entryId, changeSetId, manifestDigest } = await wasCut(server);
    expect(await refusal('cut', 'executor', { entryId, manifestDigest })).toEqual([
      'AlreadyCut',
      { ...NOTHING, code: 'already-cut', entryId, changeSetId },
    ]);
  });

  test('names the approval that is live, and the digest that it is for', async () => {
    const { entryId, manifestDigest, decisionId } = await reviewed(server);
    expect(await refusal('cut', 'executor', { entryId, manifestDigest: OTHER_DIGEST })).toEqual([
      'NotApproved',
      { ...NOTHING, code: 'approval-other', entryId, manifestDigest, reviewDecisionId: decisionId },
    ]);
  });

  test('names the predecessor that is open', async () => {
    const before = await marked(server);
    const { entryId, manifestDigest } = await reviewed(
      server,
      'APPROVE',
      await marked(server, fresh(), { blockedBy: [before.entryId] }),
    );
    expect(await refusal('cut', 'executor', { entryId, manifestDigest })).toEqual([
      'DependencyOpen',
      { ...NOTHING, code: 'predecessor-open', entryId: before.entryId },
    ]);
  });

  test('names the other cut of the document that waits for its verification', async () => {
    const docCode = fresh('shared');
    const first = await wasCut(server, await marked(server, fresh(), { docCode, text: sampleText('one') }));
    const later = await reviewed(
      server,
      'APPROVE',
      await marked(server, fresh(), { docCode, text: sampleText('two') }),
    );
    const { entryId, manifestDigest } = later;
    expect(await refusal('cut', 'executor', { entryId, manifestDigest })).toEqual([
      'DependencyOpen',
      { ...NOTHING, code: 'document-unverified', entryId: first.entryId },
    ]);
  });
});

test('a cut of units that changed since the review names the entry, and the first unit that changed', async () => {
  const docCode = fresh('shared');
  const marks = [];
  for (const text of ['one', 'two'])
    marks.push(
      await reviewed(server, 'APPROVE', await marked(server, fresh(), { docCode, text: sampleText(text) })),
    );
  const [first, later] = marks as [Loose, Loose];
  const cut = await call(
    server,
    server.tokens.executor,
    'cut',
    { idempotencyKey: fresh('cut'), entryId: first.entryId, manifestDigest: first.manifestDigest },
    'changeSet { changeSetId }',
  );
  await verifyCut(server, { name: fresh(), changeSetId: cut.changeSet.changeSetId });
  const { entryId, manifestDigest } = later;
  expect(await refusal('cut', 'executor', { entryId, manifestDigest })).toEqual([
    'PlanStale',
    { ...NOTHING, code: 'base-changed', entryId, address: docCode },
  ]);
});

describe('a refused review', () => {
  test('names the decision that is live', async () => {
    const { entryId, manifestDigest, decisionId } = await reviewed(server);
    expect(await refusal('review', 'reviewer', { entryId, manifestDigest, verdict: 'APPROVE' })).toEqual([
      'NotLive',
      { ...NOTHING, code: 'not-live', entryId, reviewDecisionId: decisionId },
    ]);
  });

  test('gives the digest of the plan as it is now', async () => {
    const { entryId, decisionId, manifestDigest } = await reviewed(server);
    const input = {
      entryId,
      manifestDigest: OTHER_DIGEST,
      verdict: 'APPROVE',
      supersedesDecisionId: decisionId,
    };
    expect(await refusal('review', 'reviewer', input)).toEqual([
      'PlanStale',
      { ...NOTHING, code: 'digest-mismatch', entryId, manifestDigest },
    ]);
  });
});

test('a refused sweep says until when each entry is deferred', async () => {
  const entry = await marked(server);
  await server.gql(
    server.tokens.marker,
    `mutation ($input: SweepInput!) { sweep(input: $input) { __typename } }`,
    { input: { idempotencyKey: fresh('sweep'), entryIds: [entry.entryId] } },
  );
  const notBefore = '2100-01-01T00:00:00.000000Z';
  const { body } = await server.gql(
    server.tokens.reviewer,
    `mutation ($input: ReviewInput!) { review(input: $input) { __typename } }`,
    {
      input: {
        idempotencyKey: fresh('review'),
        entryId: entry.entryId,
        verdict: 'DEFER',
        manifestDigest: await manifestOf(server, entry.entryId),
        notBefore,
      },
    },
  );
  expect(body.data.review.__typename).toBe('ReviewSuccess');
  expect(await refusal('sweep', 'marker', { entryIds: [entry.entryId] })).toEqual([
    'IllegalTransition',
    { ...NOTHING, code: 'reviewed_deferred', entryId: entry.entryId, notBefore },
  ]);
});

test('what does not exist is named, too', async () => {
  const [entryId, changeSetId] = [randomUUID(), randomUUID()];
  expect(await refusal('abandon', 'marker', { entryId, rationale: 'No longer needed.' })).toEqual([
    'NotFound',
    { ...NOTHING, code: 'not-found', entryId },
  ]);
  expect(await refusal('verify', 'verifier', { changeSetId })).toEqual([
    'NotFound',
    { ...NOTHING, code: 'not-found', changeSetId },
  ]);
  const toEntryId = randomUUID();
  expect(
    await refusal('declareDependency', 'marker', { fromEntryId: entryId, toEntryId, kind: 'BLOCKS' }),
  ).toEqual([
    'NotFound',
    { ...NOTHING, code: 'not-found', entryId },
    { ...NOTHING, code: 'not-found', entryId: toEntryId },
  ]);
});
