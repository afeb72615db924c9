import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caller } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, marked, reviewed, sweepAll, wasCut } from '../harness/cycle.ts';
import { type Commented, commented } from '../harness/examples.ts';
import { rowCounts } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const SHOWN = `comment { commentId entryId manifestDigest unitLocalId address body commentedBy commentedAt open
  replyToCommentId entry { status } resolution { note } replies { nodes { body } } commentedByPrincipal { name } } position`;

async function say(input: Record<string, unknown>, token = server.tokens.reviewer): Promise<Loose> {
  return call(server, token, 'comment', { idempotencyKey: fresh('say'), body: 'Why?', ...input }, SHOWN);
}

function resolve(made: Commented, token: string | null, more: Record<string, unknown> = {}): Promise<Loose> {
  const { entryId, commentId } = made;
  const input = { idempotencyKey: fresh('resolve'), entryId, commentId, ...more };
  return call(
    server,
    token,
    'resolveComment',
    input,
    'comment { open resolution { note resolvedBy } } position',
  );
}

async function approve({ entryId }: { entryId: string }, more: Record<string, unknown> = {}): Promise<Loose> {
  const manifestDigest = await manifestOf(server, entryId);
  const input = { idempotencyKey: fresh('approve'), entryId, manifestDigest, verdict: 'APPROVE', ...more };
  return call(server, server.tokens.reviewer, 'review', input, 'decision { reviewDecisionId }');
}

async function list(filter: string, more = 'commentId'): Promise<Loose[]> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `{ comments(filter: { ${filter} }) { totalCount nodes { ${more} } } }`,
  );
  expect(body.errors).toBeUndefined();
  return body.data.comments.nodes;
}

describe('comment', () => {
  test('is about the whole plan, or about a record by its local id or its address', async () => {
    const { entryId, name } = await marked(server);
    const manifestDigest = await manifestOf(server, entryId);
    const whole = await say({ entryId, manifestDigest });
    expect(whole.comment).toMatchObject({ entryId, manifestDigest, unitLocalId: null, address: null });
    expect(whole.comment).toMatchObject({ body: 'Why?', open: true, entry: { status: 'MARKED' } });
    expect(whole.rows).toEqual([{ table: 'cutter_source.review_comment', inserted: 1, updated: 0 }]);
    expect(whole.comment.commentedAt).toMatch(/Z$/);
    const byAddress = await say({ entryId, manifestDigest, address: `${name}/one` });
    const { unitLocalId } = byAddress.comment;
    expect(unitLocalId).toMatch(/./);
    const byLocalId = await say({ entryId, manifestDigest, localId: unitLocalId });
    expect(byLocalId.comment).toMatchObject({ unitLocalId, address: `${name}/one` });
    const before = await rowCounts(server);
    const unknown = await say({ entryId, manifestDigest, address: `${name}/no-such` });
    expect(unknown).toMatchObject({ __typename: 'NotFound', problems: [{ path: ['input', 'address'] }] });
    const both = await say({ entryId, manifestDigest, address: `${name}/one`, localId: unitLocalId });
    expect(both).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: ['input', 'address'] }] });
    expect(await rowCounts(server)).toEqual(before);
  });

  test('is about a unit that vanishes, too', async () => {
    const first = await wasCut(server);
    const text = `---\ntitle: ${first.name}\n---\n\n# ${first.name}\n\nIntroduction.\n`;
    const { entryId } = await marked(server, fresh(), { docCode: first.name, text });
    const manifestDigest = await manifestOf(server, entryId);
    const said = await say({ entryId, manifestDigest, address: `${first.name}/two` });
    expect(said.comment).toMatchObject({ address: `${first.name}/two` });
    expect(said.comment.unitLocalId).toMatch(/^vanished:/);
  });

  test('names the present plan: another digest is PlanStale, with that of the plan', async () => {
    const { entryId } = await marked(server);
    const stale = await say({ entryId, manifestDigest: `sha256:${'0'.repeat(64)}` });
    expect(stale).toMatchObject({
      __typename: 'PlanStale',
      problems: [{ path: ['input', 'manifestDigest'], code: 'digest-mismatch' }],
    });
    expect(stale.message).toContain(await manifestOf(server, entryId));
  });

  test('of an entry that nobody approves any more is an IllegalTransition', async () => {
    const { entryId, manifestDigest } = await wasCut(server);
    expect(await say({ entryId, manifestDigest })).toMatchObject({
      __typename: 'IllegalTransition',
      retryable: false,
      problems: [{ path: ['input', 'entryId'], code: 'cut_applied' }],
    });
  });

  test('an answer joins its thread, wherever in it it is, and stays with the plan of the thread', async () => {
    const made = await commented(server, { localId: 'u000001' });
    const { entryId, manifestDigest, commentId } = made;
    const one = await say({ entryId, manifestDigest, replyTo: commentId, body: 'Because.' });
    expect(one.comment).toMatchObject({ unitLocalId: 'u000001', open: false, replyToCommentId: commentId });
    const two = await say({ entryId, manifestDigest, replyTo: one.comment.commentId });
    expect(two.comment.replyToCommentId).toBe(commentId);
    const threads = await list(
      `entryId: "${entryId}", replyToCommentIdIsNull: true`,
      'replies { nodes { body } }',
    );
    expect(threads).toEqual([{ replies: { nodes: [{ body: 'Because.' }, { body: 'Why?' }] } }]);
    const elsewhere = { entryId, manifestDigest: `sha256:${'1'.repeat(64)}`, replyTo: commentId };
    expect(await say(elsewhere)).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ code: 'other-plan' }],
    });
    const placed = { entryId, manifestDigest, replyTo: commentId, localId: 'u000000' };
    expect(await say(placed)).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'unclear' }] });
    const foreign = await marked(server);
    const other = { entryId: foreign.entryId, manifestDigest, replyTo: commentId };
    expect(await say(other)).toMatchObject({ __typename: 'NotFound' });
  });

  test('an agent with ledger:evidence may comment; who may only observe may not', async () => {
    const { entryId } = await marked(server);
    const manifestDigest = await manifestOf(server, entryId);
    const agent = await caller(server, { kind: 'agent', scopes: ['ledger:observe', 'ledger:evidence'] });
    expect(await say({ entryId, manifestDigest }, agent.token)).toMatchObject({
      __typename: 'CommentSuccess',
    });
    expect(await say({ entryId, manifestDigest }, server.tokens.observer)).toMatchObject({
      __typename: 'Forbidden',
    });
  });
});

describe('resolveComment', () => {
  test('its author resolves a comment, once', async () => {
    const made = await commented(server, { who: 'marker' });
    expect(await resolve(made, server.tokens.marker, { note: 'I see.' })).toMatchObject({
      __typename: 'ResolveCommentSuccess',
      comment: { open: false, resolution: { note: 'I see.' } },
    });
    expect(await resolve(made, server.tokens.marker)).toMatchObject({
      __typename: 'IllegalTransition',
      problems: [{ path: ['input', 'commentId'], code: 'resolved' }],
    });
  });

  test('a reviewer resolves what others said; who has no right to review does not', async () => {
    const made = await commented(server, { who: 'marker' });
    const { token } = await caller(server, { scopes: ['ledger:observe', 'ledger:evidence'] });
    expect(await resolve(made, token)).toMatchObject({
      __typename: 'Forbidden',
      problems: [{ code: 'neither-author-nor-reviewer' }],
    });
    expect(await resolve(made, server.tokens.reviewer)).toMatchObject({
      __typename: 'ResolveCommentSuccess',
    });
  });

  test('the marker never settles what a reviewer asked, whatever scopes it has', async () => {
    const made = await commented(server);
    const { rows } = await server.superuser.query(
      `select h.changed_by, p.person_id from cutter_governance.decision_backlog_history h
       join cutter_auth.principal p on p.principal_id::text = h.changed_by where h.entry_id = $1`,
      [made.entryId],
    );
    const scopes = ['ledger:observe', 'ledger:evidence', 'entry:review'] as const;
    const { token } = await caller(server, { scopes, personId: rows[0].person_id });
    expect(await resolve(made, token)).toMatchObject({
      __typename: 'SameParty',
      guard: null,
      problems: [{ code: 'resolver-is-party' }],
    });
  });

  test('an answer is not resolved: what began the thread is', async () => {
    const made = await commented(server);
    const { comment } = await say({ ...made, commentId: undefined, replyTo: made.commentId });
    expect(await resolve({ ...made, commentId: comment.commentId }, server.tokens.reviewer)).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ code: 'reply' }],
    });
    const foreign = await marked(server);
    expect(await resolve({ ...made, entryId: foreign.entryId }, server.tokens.reviewer)).toMatchObject({
      __typename: 'NotFound',
    });
  });

  test('many calls at once resolve a comment once', async () => {
    const made = await commented(server);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => resolve(made, server.tokens.reviewer)),
    );
    const won = answers.filter(({ __typename }) => __typename === 'ResolveCommentSuccess');
    expect(won).toHaveLength(1);
    for (const { __typename } of answers)
      expect(__typename).toMatch(/ResolveCommentSuccess|IllegalTransition/);
  });

  test('a comment that came after the approval is resolved after the cut, too', async () => {
    const done = await reviewed(server);
    const made = await commented(server, { entryId: done.entryId });
    const input = {
      idempotencyKey: fresh('cut'),
      entryId: done.entryId,
      manifestDigest: done.manifestDigest,
    };
    expect((await call(server, server.tokens.executor, 'cut', input)).__typename).toBe('CutSuccess');
    expect(await resolve(made, server.tokens.reviewer)).toMatchObject({
      __typename: 'ResolveCommentSuccess',
    });
  });
});

describe('an approval', () => {
  test('is refused while a comment on its plan is open, and writes nothing (G-REVIEW-COMMENTS)', async () => {
    const made = await commented(server, { localId: 'u000001' });
    await sweepAll(server);
    const before = await rowCounts(server);
    const refused = await approve(made);
    expect(refused).toMatchObject({
      __typename: 'CommentsOpen',
      guard: 'G-REVIEW-COMMENTS',
      retryable: true,
      problems: [{ path: ['input', 'manifestDigest'], code: 'comment-open' }],
    });
    expect(refused.message).toContain(made.commentId);
    expect(await rowCounts(server)).toEqual(before);
    await resolve(made, server.tokens.reviewer);
    await say({ entryId: made.entryId, manifestDigest: made.manifestDigest, replyTo: made.commentId });
    expect(await approve(made)).toMatchObject({ __typename: 'ReviewSuccess' });
  });

  test('a deferral and a rejection wait for no comment', async () => {
    for (const verdict of ['DEFER', 'REJECT']) {
      const made = await commented(server);
      await sweepAll(server);
      expect(await approve(made, { verdict })).toMatchObject({ __typename: 'ReviewSuccess' });
    }
  });

  test('against a comment at once: either sees the comment, or came before it', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { entryId } = await marked(server);
      await sweepAll(server);
      const manifestDigest = await manifestOf(server, entryId);
      const input = { idempotencyKey: fresh('race'), entryId, manifestDigest, verdict: 'APPROVE' };
      const [said, given] = await Promise.all([
        say({ entryId, manifestDigest }),
        call(server, server.tokens.reviewer, 'review', input, 'position'),
      ]);
      expect(said.__typename).toBe('CommentSuccess');
      if (given.__typename === 'CommentsOpen') continue;
      expect(given.__typename).toBe('ReviewSuccess');
      expect(Number(given.position)).toBeLessThan(Number(said.position));
    }
  });
});

test('comments are listed by plan, address, author and whether they are open, with all that belongs to them', async () => {
  const made = await commented(server, { who: 'marker', localId: 'u000002' });
  const { entryId, manifestDigest, commentId } = made;
  const whole = await say({ entryId, manifestDigest });
  expect(whole.position).toMatch(/^\d+$/);
  const ids = [{ commentId }, { commentId: whole.comment.commentId }];
  expect(await list(`entryId: "${entryId}"`)).toEqual(ids);
  expect(await list(`manifestDigest: "${manifestDigest}", open: true`)).toEqual(ids);
  expect((await resolve(made, server.tokens.marker, { note: 'Settled.' })).position).toMatch(/^\d+$/);
  expect(await list(`entryId: "${entryId}", open: true`)).toEqual([ids[1]]);
  expect(await list(`entryId: "${entryId}", open: false`)).toEqual([ids[0]]);
  const [shown] = await list(
    `commentId: "${commentId}"`,
    'id address commentedBy commentedByPrincipal { name } position resolution { note resolvedBy resolvedAt position }',
  );
  expect(shown.commentedByPrincipal.name).toMatch(/marker/);
  expect(Number(shown.resolution.position)).toBeGreaterThan(Number(shown.position));
  expect(await list(`address: "${shown.address}"`)).toEqual([ids[0]]);
  expect(await list(`entryId: "${entryId}", addressIsNull: true`)).toEqual([ids[1]]);
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($id: ID!, $commentId: UUID!, $entryId: UUID!) { node(id: $id) { __typename ... on Comment { commentId } }
       comment(commentId: $commentId) { open } entry(entryId: $entryId) { comments(first: 1) { totalCount } } }`,
    { id: shown.id, commentId, entryId },
  );
  expect(body.data).toEqual({
    node: { __typename: 'Comment', commentId },
    comment: { open: false },
    entry: { comments: { totalCount: 2 } },
  });
  const observed = await server.gql(server.tokens.observer, '{ comments { nodes { body } } }');
  expect(observed.body.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test('a token that is narrowed to other entries reads no comment of this one', async () => {
  const made = await commented(server);
  const entryIds = [(await marked(server)).entryId];
  const { token } = await caller(server, { scopes: ['ledger:observe', 'ledger:evidence'] }, { entryIds });
  const { body } = await server.gql(
    token,
    `{ comments(filter: { entryId: "${made.entryId}" }) { nodes { body } } }`,
  );
  expect(body.data.comments.nodes).toEqual([]);
});
