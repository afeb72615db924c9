import { beforeAll, describe, expect, test } from 'vitest';
import { caller, tokenFor } from '../harness/callers.ts';
import { call, fresh, type Loose, type Marked, marked, verified, type WasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/** Two entries that went all the way, and a token that was narrowed to one of them. */
let server: TestServer;
let [mine, other]: WasCut[] = [];
let narrow: string;
/** What belongs to the other entry alone: ids of its rows, addresses and text. */
let foreign: string[];

beforeAll(async () => {
  server = await testServer();
  mine = await verified(server);
  const blocked: Marked = await marked(server, fresh(), { blockedBy: [mine.entryId] });
  other = await verified(server, blocked);
  const options = { scopes: ['ledger:observe', 'ledger:evidence', 'entry:abandon'] as const };
  ({ token: narrow } = await caller(server, options, { entryIds: [mine.entryId] }));
  const { rows } = await server.superuser.query(
    `select row_id::text as id from cutter_log.row_place p where exists (select from cutter_log.log l
      join cutter_governance.decision_backlog_history h on h.history_id = any(l.row_ids)
      where p.row_id = any(l.row_ids) and h.entry_id = $1)
      and not exists (select from cutter_log.log l join cutter_governance.decision_backlog_history h on h.history_id = any(l.row_ids)
      where p.row_id = any(l.row_ids) and h.entry_id = $2)`,
    [other.entryId, mine.entryId],
  );
  const ids = rows.map(({ id }: Loose) => id as string);
  foreign = [...ids, other.entryId, other.changeSetId, other.decisionId, other.name, other.manifestDigest];
  expect(ids.length).toBeGreaterThan(8);
});

const ask = async (query: string, variables?: Record<string, unknown>, token = narrow): Promise<Loose> =>
  (await server.gql(token, query, variables)).body;

function expectNothingForeign(answer: Loose): void {
  const text = JSON.stringify(answer);
  for (const word of foreign) expect(text).not.toContain(word);
}

const LISTS: readonly (readonly [list: string, fields: string])[] = [
  ['entries', 'entryId history { nodes { historyId } } changeSets { nodes { changeSetId } }'],
  ['history', 'historyId entryId entry { entryId }'],
  ['manifests', 'envelopeId sourceDocRef entry { entryId }'],
  ['unitBlocks', 'envelopeId unitLocalId proposedCanonicalAddress'],
  ['reviewDecisions', 'reviewDecisionId manifestVersion entry { entryId }'],
  ['changeSets', 'changeSetId entry { entryId } affectedRows { nodes { targetRowId } }'],
  ['affectedRows', 'affectedRowId changeSetId targetRowId'],
  ['verifyResults', 'verifyResultId changeSetId entry { entryId }'],
  [
    'signatures',
    'signatureId crossReferenceChangeSetId crossReferenceVerifyResultId prior { signatureId } entry { entryId }',
  ],
];

describe('a token narrowed to one entry', () => {
  test.each(LISTS)('lists of %s what leads to its entry, and all of that', async (list, fields) => {
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      const query = `{ ${list}(first: 200, order: ${order}) { nodes { ${fields} } } }`;
      const answer = await ask(query);
      expect(answer.errors).toBeUndefined();
      expectNothingForeign(answer);
      const all = (await ask(query, {}, server.tokens.observer)).data[list].nodes;
      const own = all.filter((row: Loose) => !foreign.some((word) => JSON.stringify(row).includes(word)));
      expect(answer.data[list].nodes).toEqual(own);
      expect(own.length).toBeGreaterThan(0);
      expect(own.length).toBeLessThan(all.length);
    }
  });

  test.each([
    ['entries', 'entryId'],
    ['history', 'entryId'],
    ['changeSets', 'decisionBacklogEntryId'],
    ['manifests', 'sourceDocRef'],
  ])('lists none of %s for a filter that names the other entry', async (list, field) => {
    const answer = await ask(
      `{ ${list}(filter: { ${field}: "${other!.entryId}" }) { nodes { __typename } } }`,
    );
    expect(answer.data[list].nodes).toEqual([]);
  });

  test('pages through its own rows, one by one', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await ask(
        'query ($after: String) { history(first: 1, after: $after) { nodes { historyId } pageInfo { endCursor hasNextPage } } }',
        { after },
      );
      seen.push(...data.history.nodes.map(({ historyId }: Loose) => historyId));
      if (!data.history.pageInfo.hasNextPage) break;
      after = data.history.pageInfo.endCursor;
    }
    const own = await ask(`{ entry(entryId: "${mine!.entryId}") { history { nodes { historyId } } } }`);
    expect(seen).toEqual(own.data.entry.history.nodes.map(({ historyId }: Loose) => historyId));
    expect(seen).toHaveLength(5);
  });

  test('looks no row of the other entry up', async () => {
    const { data } = await ask(
      `{ entry(entryId: "${other!.entryId}") { entryId } changeSet(changeSetId: "${other!.changeSetId}") { changeSetId }
        reviewDecision(reviewDecisionId: "${other!.decisionId}") { reviewDecisionId }
        own: entry(entryId: "${mine!.entryId}") { entryId } }`,
    );
    expect(data).toEqual({
      entry: null,
      changeSet: null,
      reviewDecision: null,
      own: { entryId: mine!.entryId },
    });
  });

  test('sees no edge to another entry, no pass and no alias, and sees nothing of them under its own', async () => {
    const answer = await ask(
      `{ dependencies { nodes { dependencyId } } sweepPasses { nodes { sweepId } } addressAliases { nodes { aliasId } }
        entry(entryId: "${mine!.entryId}") { dependenciesFrom { nodes { toEntry { entryId } } } lastOfSweeps { nodes { sweepId } } } }`,
    );
    expect(answer.errors).toBeUndefined();
    const none = { nodes: [] };
    expect(answer.data).toEqual({
      dependencies: none,
      sweepPasses: none,
      addressAliases: none,
      entry: { dependenciesFrom: none, lastOfSweeps: none },
    });
  });

  test.each([
    ['planCut', '(entryId: $entry)', '... on Plan { manifestDigest units { nodes { text } } }'],
    ['reconstruct', '(changeSetId: $cut)', '... on Reconstruction { text }'],
    ['passport', '(changeSetId: $cut)', '... on Passport { text }'],
  ])('gets the text of its own entry by %s, and no other', async (field, args, success) => {
    const query =
      `query ($entry: UUID, $cut: UUID!) { ${field}${args} { __typename ${success} ... on Refusal { message } } }`.replace(
        field === 'planCut' ? '$entry: UUID, $cut: UUID!' : '$entry: UUID, ',
        field === 'planCut' ? '$entry: UUID' : '',
      );
    const variables = (made: WasCut) =>
      field === 'planCut' ? { entry: made.entryId } : { cut: made.changeSetId };
    const own = await ask(query, variables(mine!));
    expect(['Plan', 'Reconstruction', 'Passport', 'Busy']).toContain(own.data[field].__typename);
    const answer = await ask(query, variables(other!));
    expect(answer.data[field].__typename).toBe('Forbidden');
    expectNothingForeign(answer);
    const nowhere = { ...other!, entryId: other!.decisionId, changeSetId: other!.entryId };
    expect((await ask(query, variables(nowhere))).data[field].__typename).toBe('Forbidden');
  });

  test('plans no source, not even its own', async () => {
    const answer = await ask(
      `{ planCut(sourceId: "${other!.sourceId}", cutSpec: { profile: "markdown" }) { __typename } }`,
    );
    expect(answer.data.planCut.__typename).toBe('Forbidden');
  });

  test('reads the records that move its entry alone', async () => {
    const { data } = await ask('{ history(first: 200) { nodes { position } } }', {}, server.tokens.observer);
    const last = Math.max(...data.history.nodes.map(({ position }: Loose) => Number(position)));
    const read: number[] = [];
    for (let position = 0; position <= last; position += 1) {
      const answer = await ask(`{ record(position: "${position}") { body } }`);
      expectNothingForeign(answer);
      if (answer.data.record !== null) read.push(position);
    }
    const own = await ask('{ history(first: 200) { nodes { position } } }');
    expect(read).toEqual(own.data.history.nodes.map(({ position }: Loose) => Number(position)));
  });

  test('is refused what tells of the whole ledger, and told what holds no row', async () => {
    const integrity = await ask('{ integrity { head } }');
    expect(integrity.errors[0].extensions.code).toBe('FORBIDDEN');
    const answer = await ask('{ keys { keyId } incarnations { origin } whoAmI { name } }');
    expect(answer.errors).toBeUndefined();
  });

  test("gets nothing of the other entry from a key of the same principal's", async () => {
    const { token, principalId } = await caller(server, { scopes: ['entry:abandon', 'ledger:observe'] });
    const [one, two] = [await marked(server), await marked(server)];
    const idempotencyKey = fresh('end');
    await call(server, token, 'abandon', { idempotencyKey, entryId: one.entryId, rationale: 'A secret.' });
    const part = await tokenFor(server, principalId, { entryIds: [two.entryId] });
    const answer = await call(server, part, 'abandon', {
      idempotencyKey,
      entryId: two.entryId,
      rationale: 'x',
    });
    expect(answer.__typename).toBe('IdempotencyConflict');
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`secret|${one.entryId}`));
  });
});
