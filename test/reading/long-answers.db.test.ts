import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeAll, describe, expect, test } from 'vitest';
import { caller } from '../harness/callers.ts';
import { type Loose, marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';

const MEGABYTE = 1024 * 1024;
const UNITS = 200;

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await testServer();
  const text = Array.from({ length: UNITS }, (_, n) => `# Part ${n}\n\nText of ${n}.\n`).join('\n');
  await verified(server, await marked(server, 'large', { docCode: 'large', text }));
  await verified(server);
  await alter(`update public.unit_version set body = repeat('x', ${MEGABYTE - 1}) || 'ä'
    where unit_id in (select id from public.information_unit where doc_code = 'large')`);
  await alter(`update cutter_governance.cut_change_set_affected_row
    set after_state_snapshot = jsonb_build_object('long', repeat('y', ${MEGABYTE}))`);
  token = (await caller(server, { scopes: ['ledger:observe', 'document:read', 'ledger:evidence'] })).token;
}, MAKES_A_LEDGER_MS);

/** Changes rows behind the ledger's back. */
async function alter(sql: string): Promise<void> {
  const owner = await server.superuser.connect();
  try {
    await owner.query(`begin; set local session_replication_role = replica; ${sql}; commit`);
  } finally {
    owner.release(true);
  }
}

const ask = async (query: string): Promise<Loose> => (await server.gql(token, query)).body;

const LARGE = 'filter: { docCode: "large" }';
const CHANGE_SETS = 'changeSets(first: 2, order: OLDEST_FIRST)';

describe('an answer of more than 8 MiB is refused, with its fields, its bytes and the way out', () => {
  test.each([
    [
      'units',
      `{ units(first: 200, ${LARGE}) { nodes { address text } } }`,
      'units(first:)',
      ['units.text'],
      200,
    ],
    [
      'units by edges, under another name',
      `{ list: units(first: 9, ${LARGE}) { edges { node { address body: text } } } }`,
      'list(first:)',
      ['list.body'],
      9,
    ],
    [
      'units of a document, and their parents',
      '{ document(docCode: "large") { units(first: 30) { nodes { text next { text } } } } }',
      'document',
      ['document.units.text', 'document.units.next.text'],
      60,
    ],
    [
      'the roots of documents',
      '{ documents { nodes { roots { text } } } }',
      'documents(first:)',
      ['documents.roots.text'],
      200,
    ],
    [
      'evidence',
      `{ ${CHANGE_SETS} { nodes { affectedRows(first: 20) { nodes { evidence { after } } } } } }`,
      'changeSets(first:)',
      ['changeSets.affectedRows.evidence.after'],
      20,
    ],
  ])('%s', async (_, query, argument, fields, atLeast) => {
    const { errors } = await ask(query);
    expect(errors).toHaveLength(1);
    const [{ extensions, message }] = errors;
    expect(extensions).toMatchObject({ code: 'ANSWER_TOO_LONG', argument, fields, mostBytes: 8 * MEGABYTE });
    expect(extensions.bytes).toBeGreaterThanOrEqual(atLeast * MEGABYTE);
    expect(message).toContain(fields[0]);
    expect(message).toContain('smaller first');
  });

  test('nodes by their ids', async () => {
    const { data } = await ask(`{ units(first: 9, ${LARGE}) { nodes { id } } }`);
    const ids = JSON.stringify(data.units.nodes.map(({ id }: Loose) => id));
    const { errors } = await ask(`{ nodes(ids: ${ids}) { ... on Unit { text } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'ANSWER_TOO_LONG', fields: ['nodes.text'] } }]);
  });

  test('a refusal holds no event loop', async () => {
    // Warm: the first answer compiles its plan.
    const query = `{ units(first: 200, ${LARGE}) { nodes { text } } documents { nodes { docCode } } }`;
    await ask(query);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const { data, errors } = await ask(query);
    delay.disable();
    expect(errors).toHaveLength(1);
    expect(errors[0].path).toEqual(['units']);
    expect(data).toBeNull();
    expect(delay.max / 1e6).toBeLessThan(250);
  });
});

describe('is answered', () => {
  test('a smaller page', async () => {
    const { data } = await ask(`{ units(first: 7, ${LARGE}) { nodes { text } pageInfo { hasNextPage } } }`);
    expect(data.units.nodes).toHaveLength(7);
    expect(data.units.nodes[6].text).toHaveLength(MEGABYTE);
  });

  test('one row, however long', async () => {
    await alter(`update public.unit_version set body = repeat('z', ${10 * MEGABYTE}) where unit_id = (
      select id from public.information_unit where doc_code = 'large' order by canonical_address limit 1)`);
    const { data } = await ask(
      '{ units(first: 1, filter: { addressPrefix: "large" }) { nodes { address text } } }',
    );
    expect(data.units.nodes[0].text).toHaveLength(10 * MEGABYTE);
    const one = await ask(`{ unit(address: "${data.units.nodes[0].address}") { text } }`);
    expect(one.data.unit.text).toHaveLength(10 * MEGABYTE);
  });

  test('what is no text', async () => {
    const { data } = await ask(`{ units(first: 200, ${LARGE}) { nodes { address contentHash } } }`);
    expect(data.units.nodes).toHaveLength(200);
  });
});
