import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { NOUNS } from '../../../src/reading/nouns/nouns.ts';
import { schema } from '../../../src/resolvers/index.ts';
import { everyKindOfPhase, settled } from '../../fsck/fsck-ground.ts';
import { caller, tokenFor } from '../../harness/callers.ts';
import { call, fresh, manifestOf, marked, reviewed, verifyCut, wasCut } from '../../harness/cycle.ts';
import { askBytes } from '../../harness/raw-http.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { LASTING } from './lasting-fields.ts';

let server: TestServer;
let token: string;
let principalId: string;

beforeAll(async () => {
  server = await testServer();
  ({ token, principalId } = await caller(server, {
    scopes: ['ledger:observe', 'ledger:evidence', 'document:read'],
  }));
  await everyKindOfPhase(server);
});

const QUERY = schema.getQueryType()!.getFields();
const TYPES = [...new Set(Object.values(NOUNS).map(({ type }) => type))].filter(
  (name) => 'id' in fieldsOf(name),
);

function fieldsOf(type: string): Record<string, GraphQLField<unknown, unknown>> {
  return (schema.getType(type) as GraphQLObjectType).getFields();
}

type Headers = Record<string, string>;
async function get(query: string, variables: object, headers: Headers = {}, as = token) {
  const params = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const answer = await askBytes(`${server.url}?${params}`, {
    headers: { authorization: `Bearer ${as}`, ...headers },
  });
  const text = String(answer.bytes);
  return { ...answer, text, tag: answer.headers.etag ?? null };
}

/** A field with the least that can be asked below it; null where it needs an argument. */
function selectionOf({ name, args, type }: GraphQLField<unknown, unknown>): string | null {
  if (args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)) return null;
  const named = getNamedType(type);
  if (isLeafType(named)) return name;
  if (!isObjectType(named)) return `${name} { __typename }`;
  return 'nodes' in named.getFields() ? `${name} { nodes { __typename } }` : `${name} { __typename }`;
}

const node = (type: string, selection: string) =>
  `query ($id: ID!) { node(id: $id) { ... on ${type} { ${selection} } } }`;

/** The ids of all rows of a type, by its list or, where it has none, by the units. */
async function idsOf(type: string): Promise<readonly string[]> {
  const list = Object.values(QUERY).find((field) => getNamedType(field.type).name === `${type}Connection`);
  const query =
    list === undefined
      ? '{ units(first: 50) { nodes { versions { nodes { id } } } } }'
      : `{ ${list.name}(first: 100) { nodes { id } } }`;
  const { body } = await server.gql(token, query);
  return [...JSON.stringify(body.data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id as string);
}

const lastingSelection = (type: string) =>
  (LASTING[type] ?? []).map((name) => selectionOf(fieldsOf(type)[name]!) as string).join(' ');

describe('field by field: what may change gives no tag', () => {
  test.each(TYPES)('%s', async (type) => {
    const ids = await idsOf(type);
    const tagged: string[] = [];
    for (const [name, field] of Object.entries(fieldsOf(type))) {
      const selection = selectionOf(field);
      if (selection === null) continue;
      const answers = await Promise.all(ids.slice(0, 3).map((id) => get(node(type, selection), { id })));
      for (const { status, tag, headers } of answers) {
        expect([name, status]).toEqual([name, 200]);
        expect(headers['cache-control']).toBe(tag === null ? 'no-store' : 'private, no-cache');
      }
      if (answers.some(({ tag }) => tag !== null)) tagged.push(name);
    }
    expect(tagged).toEqual(LASTING[type] ?? []);
  });
});

test('what lasts is what no login may change', async () => {
  const { rows } = await server.superuser.query<{ may: string }>(
    `select distinct format('%s.%s', c.relname, a.attname) as may
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
       cross join pg_roles r
     where n.nspname in ('cutter_governance', 'public', 'cutter_source') and c.relkind = 'r' and a.attnum > 0
       and r.rolname like 'cutter\\_%' and r.rolcanlogin and not a.attisdropped
       and pg_get_userbyid(c.relowner) <> r.rolname and not r.rolsuper
       and (has_column_privilege(r.oid, c.oid, a.attnum, 'update') or has_table_privilege(r.oid, c.oid, 'delete'))
     order by 1`,
  );
  // A column that joins them belongs into `lasting.but` of its noun.
  expect(rows.map(({ may }) => may)).toEqual([
    'decision_backlog_entry.status',
    'information_unit.content_anchor_ref',
    'information_unit.version_anchor_ref',
    'review_decision.superseded_by_review_decision_id',
  ]);
  expect(LASTING['Entry']).not.toContain('status');
  expect(LASTING['ReviewDecision']).not.toContain('supersededByReviewDecisionId');
});

test('what had a tag is the same after everything else has happened', async () => {
  const approved = await reviewed(server);
  const cut = await wasCut(server);
  const waiting = await marked(server);
  await settled(server);
  const before: { id: string; type: string; tag: string }[] = [];
  const moving = { id: await entryNode(waiting.entryId) };
  const status = (await get(node('Entry', 'status'), moving)).text;
  for (const type of TYPES)
    for (const id of await idsOf(type)) {
      const { tag } = await get(node(type, lastingSelection(type) || 'id'), { id });
      if (tag !== null) before.push({ id, type, tag });
    }
  expect(new Set(before.map(({ type }) => type)).size).toBeGreaterThan(11);

  await call(server, server.tokens.reviewer, 'review', {
    idempotencyKey: fresh('again'),
    entryId: approved.entryId,
    verdict: 'REJECT',
    manifestDigest: await manifestOf(server, approved.entryId),
    supersedesDecisionId: approved.decisionId,
  });
  await reviewed(server, 'DEFER', waiting);
  await server.superuser.query(
    `update public.unit_version set body = body || ' ' where provenance->>'change_set_id' = $1`,
    [cut.changeSetId],
  );
  // It fails, and is compensated and escalated.
  expect((await verifyCut(server, cut)).result.verdict).toBe('FAIL');
  await server.superuser.query(
    `update public.unit_version set body = left(body, -1) where provenance->>'change_set_id' = $1`,
    [cut.changeSetId],
  );
  await everyKindOfPhase(server);

  expect((await get(node('Entry', 'status'), moving)).text).not.toBe(status);
  const changed: unknown[] = [];
  for (const { id, type, tag } of before) {
    const held = { 'if-none-match': tag };
    const again = await get(node(type, lastingSelection(type) || 'id'), { id }, held);
    if (again.status !== 304) changed.push({ type, id, text: again.text });
  }
  expect(changed).toEqual([]);
});

async function entryNode(entryId: string): Promise<string> {
  const { body } = await server.gql(token, 'query ($e: UUID!) { entry(entryId: $e) { id } }', { e: entryId });
  return body.data.entry.id;
}

describe('a tag', () => {
  const SOURCE = 'query ($id: UUID!) { source(sourceId: $id) { sourceId digest text } }';
  let id: string;
  beforeAll(async () => {
    ({ sourceId: id } = await marked(server));
  });

  test('brings 304 without a body, for one of several, weak or strong', async () => {
    const first = await get(SOURCE, { id });
    expect(first.tag).toMatch(/^W\/"[\w-]{43}"$/);
    expect(first.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringMatching(/^authorization, accept\b/),
    });
    for (const held of [first.tag, first.tag?.slice(2), `"other", ${first.tag}`, '*']) {
      const again = await get(SOURCE, { id }, { 'if-none-match': String(held) });
      expect([again.status, again.text, again.tag]).toEqual([304, '', first.tag]);
      expect(again.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: first.headers.vary });
      expect(again.headers['content-type']).toBeUndefined();
    }
    expect((await get(SOURCE, { id }, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('opens nothing to who may not read: authority is judged first', async () => {
    const { tag } = await get(SOURCE, { id });
    const held = { 'if-none-match': String(tag) };
    const { token: narrow } = await caller(server, { scopes: ['ledger:observe'] });
    const forbidden = await get(SOURCE, { id }, held, narrow);
    expect([forbidden.status, forbidden.tag, forbidden.text]).toEqual([
      200,
      null,
      expect.stringContaining('FORBIDDEN'),
    ]);
    expect((await get(SOURCE, { id }, held, 'A'.repeat(43))).status).toBe(401);
    const ended = await tokenFor(server, principalId);
    expect((await get(SOURCE, { id }, held, ended)).status).toBe(304);
    await server.superuser.query(
      `update cutter_auth.token set revoked_at = now() where token_sha256 = sha256(convert_to($1, 'utf8'))`,
      [ended],
    );
    expect((await get(SOURCE, { id }, held, ended)).status).toBe(401);
  });

  test('comes by POST as well, where no condition is asked', async () => {
    const { tag } = await get(SOURCE, { id });
    const posted = await askBytes(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'if-none-match': String(tag),
      },
      body: JSON.stringify({ query: SOURCE, variables: { id } }),
    });
    expect([posted.status, posted.headers.etag]).toEqual([200, tag]);
  });

  test('is the same in each coding', async () => {
    const tags = await Promise.all(
      ['identity', 'br', 'gzip'].map((coding) => get(SOURCE, { id }, { 'accept-encoding': coding })),
    );
    expect(new Set(tags.map(({ tag }) => tag)).size).toBe(1);
  });

  test.each([
    [
      'one of two root fields changes',
      'query ($id: UUID!) { source(sourceId: $id) { digest } checkpoint { size } }',
    ],
    [
      'a field below changes',
      'query ($id: UUID!) { source(sourceId: $id) { digest document { docCode title } } }',
    ],
    [
      'a list is below',
      'query ($id: UUID!) { source(sourceId: $id) { digest entries { nodes { entryId } } } }',
    ],
    [
      'it is in a fragment',
      'query ($id: UUID!) { source(sourceId: $id) { ...F } } fragment F on Source { document { title } }',
    ],
    [
      'a list of all',
      'query ($id: UUID) { sources(first: 1, filter: { sourceId: $id }) { nodes { digest } } }',
    ],
    ['who asks', '{ whoAmI { principalId } }'],
    ['the schema', '{ __schema { queryType { name } } }'],
    ['nothing is there yet', '{ source(sourceId: "00000000-0000-4000-8000-000000000000") { digest } }'],
    [
      'one of many isn’t there yet',
      'query ($id: UUID!) { source(sourceId: $id) { digest } other: source(sourceId: "00000000-0000-4000-8000-000000000000") { digest } }',
    ],
  ])('isn’t given where %s', async (_name, query) => {
    const answer = await get(query, query.includes('$id') ? { id } : {});
    expect(answer.text).toContain('"data"');
    expect([answer.tag, answer.headers['cache-control']]).toEqual([null, 'no-store']);
  });

  test('isn’t given to an error', async () => {
    const answer = await get('query ($id: UUID!) { source(sourceId: $id) { digest nothing } }', { id });
    expect([answer.tag, answer.text]).toEqual([null, expect.stringContaining('nothing')]);
  });

  test('of a row waits for its place in the log, if that was asked for', async () => {
    const query = 'query ($e: UUID!) { entry(entryId: $e) { entryId position } }';
    const made = await marked(server);
    await settled(server);
    const answer = await get(query, { e: made.entryId });
    expect(answer.tag).not.toBeNull();
    const aliased = query.replace('position', 'place: position');
    expect((await get(aliased, { e: made.entryId })).tag).not.toBeNull();
  });
});
