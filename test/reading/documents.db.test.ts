import { sql } from 'slonik';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { caller } from '../harness/callers.ts';
import { type Loose, marked, verified, verifyCut, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;

/** A document with a heading, and paragraphs under their own headings. */
function textOf(paragraphs: Readonly<Record<string, string>>): string {
  const sections = Object.entries(paragraphs).map(([heading, text]) => `## ${heading}\n\n${text}\n`);
  return `# House rules\n\nPreamble.\n\n${sections.join('\n')}`;
}

const FIRST = textOf({ One: 'No noise.', Two: 'No smoke.', Three: 'No dogs.' });
const AMENDED = textOf({ Two: 'No smoke at all.', One: 'No noise.', Four: 'Close the door.' });
const LATER = textOf({ One: 'No noise.', Two: 'No smoke.', Five: 'Be kind.' });

/** What each cut of the document left, by the position at which it took effect. */
const states: { readonly position: number; readonly units: Loose[] }[] = [];

async function ask(
  query: string,
  variables: Record<string, unknown> = {},
  token = server.tokens.observer,
): Promise<Loose> {
  const { body } = await server.gql(token, query, variables);
  return body;
}

async function data(query: string, variables: Record<string, unknown> = {}): Promise<Loose> {
  const body = await ask(query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** Alters a version's text behind the ledger's back, so that the verification fails and the cut is compensated. */
async function cutThatFails(text: string, key: string): Promise<void> {
  const made = await wasCut(server, await marked(server, key, { docCode: 'house', text, key }));
  const { superuser } = server.database;
  await superuser.query(
    `update public.unit_version set content_hash = 'sha256:' || repeat('0', 64)
      where id = (select id from public.unit_version where provenance ->> 'change_set_id' = $1 limit 1)`,
    [made.changeSetId],
  );
  const verdict = await verifyCut(server, made);
  expect(verdict.result.verdict).toBe('FAIL');
}

async function note(): Promise<void> {
  const { cursor: _, position } = await headPosition();
  const { document } = await data(
    '{ document(docCode: "house") { units(first: 200) { nodes { unitId address text versionSeq order state } } } }',
  );
  states.push({ position, units: document.units.nodes });
}

async function headPosition(): Promise<{ cursor: string; position: number }> {
  const { rows } = await server.database.superuser.query(
    'select max(position)::int as position from cutter_log.log',
  );
  return { cursor: '', position: rows[0].position };
}

beforeAll(async () => {
  server = await testServer();
  await verified(server, await marked(server, 'house-1', { docCode: 'house', text: FIRST, key: 'house-1' }));
  await verified(server, await marked(server, 'other', { docCode: 'other', key: 'other' }));
});

test('a document leads to its sources, entries, cuts and units, and each of them back', async () => {
  const { document } = await data(`{ document(docCode: "house") {
    docCode title unitCount lastVerifiedAt
    sources(first: 1) { nodes { sourceId digest byteLength mediaType text base64 registeredBy registeredByPrincipal { name personName }
      document { docCode } entries { nodes { entryId } } } }
    entries { nodes { entryId status title signalSource scenarioRef statusSince document { docCode } source { sourceId } } }
    openEntries { nodes { entryId } }
    changeSets { nodes { changeSetId changeKind } }
    currentChangeSet { changeSetId entry { entryId } }
    units { nodes { address kind order state } pageInfo { hasNextPage } }
    roots { address }
  } }`);
  const [source] = document.sources.nodes;
  const [entry] = document.entries.nodes;
  expect(source.text).toBe(FIRST);
  expect(Buffer.from(source.base64, 'base64').toString()).toBe(FIRST);
  expect(source.byteLength).toBe(Buffer.byteLength(FIRST));
  expect(source.registeredByPrincipal).toEqual({ name: 'marker', personName: 'Mara Sample' });
  expect(source.entries.nodes).toEqual([{ entryId: entry.entryId }]);
  expect(entry).toMatchObject({
    status: 'VERIFIED_COMPLETE',
    signalSource: 'test',
    scenarioRef: null,
    document: { docCode: 'house' },
    source: { sourceId: source.sourceId },
  });
  expect(document.openEntries.nodes).toEqual([]);
  expect(document.currentChangeSet).toMatchObject({ entry: { entryId: entry.entryId } });
  expect(document.units.nodes).toHaveLength(document.unitCount);
  expect(document.units.nodes.map(({ order }: Loose) => order)).toEqual(
    document.units.nodes.map(({ order }: Loose) => order).toSorted((a: number, b: number) => a - b),
  );
  expect(document.lastVerifiedAt).not.toBeNull();
  expect(document.roots.length).toBeGreaterThan(0);
});

test('an entry is found by its key, its document, its signal and its scenario', async () => {
  const { entryByKey, none } = await data(
    '{ entryByKey(idempotencyKey: "mark:house-1") { entryId document { docCode } } none: entryByKey(idempotencyKey: "mark:nothing") { entryId } }',
  );
  expect(entryByKey.document.docCode).toBe('house');
  expect(none).toBeNull();
  for (const filter of [
    'docCode: "house"',
    'docCode: "house", signalSource: "test"',
    'docCode: "house", kind: CUT_REQUEST',
  ]) {
    const { entries } = await data(`{ entries(filter: { ${filter} }) { nodes { entryId } } }`);
    expect(entries.nodes).toEqual([{ entryId: entryByKey.entryId }]);
  }
  const { signals, scenarios } = await data(
    '{ signals: entries(filter: { signalSource: "test" }) { nodes { entryId } } scenarios: entries(filter: { scenarioRef: "none" }) { nodes { entryId } } }',
  );
  expect(signals.nodes).toHaveLength(2);
  expect(scenarios.nodes).toEqual([]);
  const { token } = await caller(server, { scopes: ['ledger:observe'] });
  const refused = await ask('{ entries(filter: { docCode: "house" }) { nodes { entryId } } }', {}, token);
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'document:read' } }]);
  const known = await ask('{ entryByKey(idempotencyKey: "mark:house-1") { entryId } }', {}, token);
  expect(known.data.entryByKey.entryId).toBe(entryByKey.entryId);
});

test('the bytes of many sources are not given at once', async () => {
  const { errors } = await ask('{ sources(first: 3) { nodes { text } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(errors[0].message).toContain('up to 3 sources');
});

test('a dry run of one who may not read documents or evidence shows none', async () => {
  const { entryId } = await marked(server, 'dry', { docCode: 'dry', key: 'dry' });
  const { token } = await caller(server, { scopes: ['entry:abandon'] });
  for (const [field, scope] of [
    ['source { text }', 'document:read'],
    ['document { docCode }', 'document:read'],
    ['evidence { payload }', 'ledger:evidence'],
  ] as const) {
    const { body } = await server.gql(
      token,
      `mutation ($input: AbandonInput!) { abandon(input: $input) { ... on AbandonSuccess { dryRun entry { status ${field} } } } }`,
      { input: { idempotencyKey: 'dry:abandon', entryId, rationale: 'No more.', dryRun: true } },
    );
    expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope } }]);
    expect(body.data.abandon).toMatchObject({
      dryRun: true,
      entry: { status: 'ABANDONED', [field.split(' ')[0]!]: null },
    });
  }
});

test('a unit has its text, its place, its way up, down and along, and who brought it', async () => {
  const { units } = await data(`{ units(filter: { docCode: "house" }) { nodes {
    unitId address text kind sectionType citation order versionSeq state verifiedAt position canonicalization contentHash
    document { docCode } parent { address } ancestors { address } children { nodes { address } } next { address } previous { address }
    version { versionSeq text void formatOnly } versions { nodes { versionSeq } }
    changeSet { emittedBy reviewDecision { decidedBy } verifyResults { nodes { verifiedBy verdict } } } entry { status }
  } } }`);
  const list: Loose[] = units.nodes;
  const text = list.map((unit) => unit.text).join('');
  expect(FIRST.replaceAll(/\s+/g, '')).toBe(text.replaceAll(/\s+/g, ''));
  for (const [at, unit] of list.entries()) {
    expect(unit.next).toEqual(list[at + 1] === undefined ? null : { address: list[at + 1].address });
    expect(unit.previous).toEqual(at === 0 ? null : { address: list[at - 1].address });
    expect(unit).toMatchObject({
      state: 'CURRENT',
      versionSeq: 1,
      document: { docCode: 'house' },
      entry: { status: 'VERIFIED_COMPLETE' },
    });
    expect(unit.version).toEqual({ versionSeq: 1, text: unit.text, void: false, formatOnly: false });
    expect(unit.citation[0]).toBe('house');
    expect(unit.changeSet.verifyResults.nodes).toMatchObject([{ verdict: 'PASS' }]);
    const held = list
      .filter(({ parent }) => parent?.address === unit.address)
      .map(({ address }) => ({ address }));
    expect(unit.children.nodes).toEqual(held);
    expect(unit.ancestors.at(-1) ?? null).toEqual(unit.parent);
  }
});

describe('a past of amendments, compensations and retries', () => {
  beforeAll(async () => {
    await note();
    await cutThatFails(AMENDED, 'house-2');
    await note();
    await verified(
      server,
      await marked(server, 'house-3', { docCode: 'house', text: `${AMENDED}\n`, key: 'house-3' }),
    );
    await note();
    await verified(
      server,
      await marked(server, 'house-4', { docCode: 'house', text: LATER, key: 'house-4' }),
    );
    await note();
  });

  test('a change set has its texts after and before', async () => {
    const { document } = await data(
      `{ document(docCode: "house") { currentChangeSet { affectedRows { nodes { effectKind unitVersion { text base { text } } } } } } }`,
    );
    const rows: Loose[] = document.currentChangeSet.affectedRows.nodes;
    const changed = rows.find(({ unitVersion }) => unitVersion.text.includes('No smoke.'));
    expect(changed.effectKind).toBe('UPDATE');
    expect(changed.unitVersion.base.text).toContain('No smoke at all.');
    const born = rows.find(({ unitVersion }) => unitVersion.text.includes('Be kind.'));
    expect([born.effectKind, born.unitVersion.base]).toEqual(['INSERT', null]);
  });

  test('units of a compensated cut are left out; those that vanished and the void ones are shown when asked for', async () => {
    const { current, vanished, voids } = await data(`{
      current: units(filter: { docCode: "house" }) { nodes { address } }
      vanished: units(filter: { docCode: "house", state: VANISHED }) { nodes { address state text } }
      voids: units(filter: { docCode: "house", state: VOID }) { nodes { address state } }
    }`);
    const addresses = current.nodes.map(({ address }: Loose) => address);
    expect(vanished.nodes.map(({ text }: Loose) => text).join()).toContain('No dogs.');
    expect(vanished.nodes.map(({ text }: Loose) => text).join()).toContain('Close the door.');
    for (const { address } of [...vanished.nodes, ...voids.nodes]) expect(addresses).not.toContain(address);
  });

  test('at every position the units are those that a replay gives', async () => {
    const { position: end } = await headPosition();
    const addresses = [...new Set(states.flatMap(({ units }) => units.map(({ address }) => address)))];
    for (let at = 0; at <= end; at += 1) {
      const replayed = await replay(server, 'house', at);
      const { units } = await data(
        '($at: Position) { units(first: 200, filter: { docCode: "house", at: $at }) { nodes { address text versionSeq order } } }'.replace(
          /^/,
          'query ',
        ),
        { at: String(at) },
      );
      expect({ at, units: units.nodes }).toEqual({
        at,
        units: replayed.filter(({ state }) => state === 'CURRENT').map(({ state: _, ...unit }) => unit),
      });
      for (const address of addresses) {
        const { unit } = await data(
          'query ($address: String, $at: Position) { unit(address: $address, at: $at) { address text versionSeq order state } }',
          { address, at: String(at) },
        );
        expect({ at, unit }).toEqual({ at, unit: replayed.find((one) => one.address === address) ?? null });
      }
    }
  });

  test('public.v_current_unit shows SQL users the same units', async () => {
    const { units } = await data(
      '{ units(first: 200) { nodes { address text versionSeq order docCode title kind changeSetId } } }',
    );
    const rows = await server.database.pools.limited.reader.any(
      sql.type(
        z.looseObject({}),
      )`select canonical_address as address, body as text, version_seq as "versionSeq", render_order as "order",
          doc_code as "docCode", title, unit_kind as kind, change_set_id as "changeSetId"
        from public.v_current_unit order by canonical_address`,
    );
    expect(rows).toEqual(units.nodes);
  });

  test('asOf is the position of the newest change set at that time', async () => {
    const { changeSets } = await data('{ changeSets(first: 200) { nodes { emittedAt position } } }');
    for (const { emittedAt, position } of changeSets.nodes) {
      const { then, at } = await data(
        `query ($asOf: DateTime, $at: Position) {
          then: units(filter: { docCode: "house", asOf: $asOf }) { nodes { address versionSeq } }
          at: units(filter: { docCode: "house", at: $at }) { nodes { address versionSeq } } }`,
        { asOf: emittedAt, at: position },
      );
      expect(then).toEqual(at);
    }
  });
});

interface Replayed {
  readonly address: string;
  readonly text: string;
  readonly versionSeq: number;
  readonly order: number;
  readonly state: string;
}

/** The units of a document after a position, told from its cuts one after the other: nothing here is the server's SQL. */
async function replay(from: TestServer, docCode: string, at: number): Promise<Replayed[]> {
  const { superuser } = from.database;
  const { rows: sets } = await superuser.query(
    `select c.change_set_id, c.change_kind, c.compensates_change_set_id, c.manifest_id, p.position::int, c.payload_summary ->> 'doc_code' as doc_code
      from cutter_governance.cut_change_set c join cutter_log.row_place p on p.row_id = c.change_set_id
      where p.position <= $1 order by p.position`,
    [at],
  );
  const compensated = new Set(sets.map((set) => set.compensates_change_set_id));
  const cuts = sets.filter((set) => set.change_kind === 'cut' && set.doc_code === docCode);
  const effective = cuts.filter((set) => !compensated.has(set.change_set_id));
  const newest = effective.at(-1);
  const { rows: versions } = await superuser.query(
    `select u.canonical_address as address, v.body as text, v.version_seq, v.provenance ->> 'change_set_id' as change_set_id, v.provenance ->> 'local_id' as local_id
      from public.unit_version v join public.information_unit u on u.id = v.unit_id where u.doc_code = $1 order by v.version_seq`,
    [docCode],
  );
  const { rows: blocks } = await superuser.query(
    `select envelope_id, unit_local_id, proposed_canonical_address as address, render_order, block_role from cutter_governance.manifest_unit_block`,
  );
  const units: Replayed[] = [];
  for (const address of new Set(versions.map((version) => version.address as string))) {
    const own = versions.filter(
      (version) =>
        version.address === address && cuts.some((cut) => cut.change_set_id === version.change_set_id),
    );
    const good = own.filter((version) => !compensated.has(version.change_set_id));
    const version = good.at(-1) ?? own.at(-1);
    if (version === undefined) continue;
    const here = blocks.find(
      (block) =>
        block.envelope_id === newest?.manifest_id &&
        block.address === address &&
        block.block_role === 'result',
    );
    const cut = cuts.find((set) => set.change_set_id === version.change_set_id);
    const there = blocks.find(
      (block) => block.envelope_id === cut.manifest_id && block.unit_local_id === version.local_id,
    );
    units.push({
      address,
      text: version.text,
      versionSeq: version.version_seq,
      order: (here ?? there).render_order,
      state: good.length === 0 ? 'VOID' : here === undefined ? 'VANISHED' : 'CURRENT',
    });
  }
  return units.sort((a, b) => a.order - b.order);
}
