import { execute, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { type PreviewRows, previewNode } from '../../src/reading/preview.ts';
import { readNode, readNodesById } from '../../src/reading/read.ts';
import { builder } from '../../src/schema/builder.ts';
import { Entry } from '../../src/schema/entry.ts';
import { Manifest } from '../../src/schema/manifest.ts';
import { VerifyResult } from '../../src/schema/verify-result.ts';
import '../../src/schema/roots.ts';
import '../../src/schema/scalars.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { digestOf, fillLedger, idOf, readingContext } from './reading-ledger.ts';

let database: TestDatabase;
let context: Context;

beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, 5);
  context = readingContext(database.pools.observe);
});

const NOW = '2026-04-01T00:00:00.000007Z';
const [entry, plan, decision, result] = [
  idOf('entry:', 1),
  idOf('plan', 1),
  idOf('verdict', 1),
  idOf('check', 1),
];

/** What a dry review of entry 1 might add, and a dry verification beside it. */
const rows: PreviewRows = {
  Entry: [{ entry_id: entry, kind: 'cut_request', status: 'reviewed_approved', emitted_at: NOW }],
  History: ['cut', 'abandon', 'mark'].map((kind, at) => ({
    history_id: idOf('move', at),
    entry_id: entry,
    entry_version_before: null,
    entry_version_after: 'reviewed_approved',
    change_kind: kind,
    changed_by: 'reviewer',
    changed_at: NOW,
  })),
  Manifest: [
    {
      envelope_id: plan,
      operation_kind: 'first_cut',
      status: 'under_review',
      source_doc_ref: entry,
      created_by: 'reviewer',
      created_at: NOW,
    },
  ],
  UnitBlock: [2, 1, 3].map((at) => ({
    envelope_id: plan,
    unit_local_id: `u${at}`,
    block_role: 'result',
    render_order: at,
    created_at: NOW,
  })),
  ReviewDecision: [
    {
      review_decision_id: decision,
      manifest_id: plan,
      verdict: 'approve',
      decision_at: NOW,
      prior_review_decision_id: idOf('decision:', 1),
    },
  ],
  VerifyResult: [
    {
      verify_result_id: result,
      change_set_id: idOf('cut:', 1),
      verdict: 'pass',
      verified_at: NOW,
      manifest_version: digestOf(1),
    },
  ],
};

builder.queryFields((t) => ({
  written: t.field({ type: Entry, resolve: (_, _args, ctx, info) => readNode(ctx, info, 'Entry', entry) }),
  missing: t.field({
    type: Entry,
    resolve: (_, _args, ctx, info) => readNode(ctx, info, 'Entry', idOf('nobody', 1)),
  }),
  promoted: t.field({
    type: [Entry],
    args: { of: t.arg.intList({ required: true }) },
    resolve: (_, { of }, ctx, info) =>
      readNodesById(
        ctx,
        info,
        'Entry',
        of.map((n) => idOf('entry:', n)),
      ),
  }),
  dryEntry: t.field({ type: Entry, resolve: () => previewNode('Entry', rows, entry) }),
  dryManifest: t.field({ type: Manifest, resolve: () => previewNode('Manifest', rows, plan) }),
  dryResult: t.field({ type: VerifyResult, resolve: () => previewNode('VerifyResult', rows, result) }),
}));
const schema = builder.toSchema();

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the expectations
async function ask(source: string, variableValues: Record<string, unknown> = {}): Promise<any> {
  const { data, errors } = await execute({
    schema,
    document: parse(source),
    contextValue: context,
    variableValues,
  });
  if (errors) throw errors[0];
  return JSON.parse(JSON.stringify(data));
}

test('readNode reads what was written and what hangs under it', async () => {
  const { written } = await ask(
    '{ written { status history(first: 1) { nodes { changeKind entry { position } } } } }',
  );
  expect(written).toMatchObject({
    status: 'VERIFIED_COMPLETE',
    history: { nodes: [{ entry: { position: '0' } }] },
  });
  await expect(ask('{ missing { status } }')).rejects.toThrow("can't be read");
});

test('readNodesById keeps the order of the ids, one statement for all of them and none for none', async () => {
  const document =
    'query ($of: [Int!]!) { promoted(of: $of) { entryId changeSets { nodes { changeKind } } } }';
  const { promoted } = await ask(document, { of: [4, 1, 3] });
  expect(promoted.map((row: { entryId: string }) => row.entryId)).toEqual(
    [4, 1, 3].map((n) => idOf('entry:', n)),
  );
  expect(promoted[0].changeSets.nodes).toEqual([{ changeKind: 'CUT' }]);
  expect((await ask(document, { of: [] })).promoted).toEqual([]);
});

test('a preview shows the columns as they would be, and has no place in the log', async () => {
  const { entry: found } = await ask(
    '{ entry: dryEntry { e: entryId status emittedAt position logOrdinal } }',
  );
  expect(found).toEqual({
    e: entry,
    status: 'REVIEWED_APPROVED',
    emittedAt: NOW,
    position: null,
    logOrdinal: null,
  });
});

test('its relations show the rows that the dry run would add, in order, filtered and paged', async () => {
  const { entry: found, manifest } = await ask(`{
    entry: dryEntry { manifests { nodes { envelopeId effectiveStatus } } reviewDecisions { nodes { reviewDecisionId manifest { entry { status } } } }
      changeSets { nodes { state } } history(filter: {changeKindIn: [ABANDON, CUT], changedAtFrom: "2026-04-01T00:00:00Z"}) { nodes { changeKind } } }
    manifest: dryManifest { unitBlocks(first: 2) { edges { cursor node { unitLocalId entry { entryId } } } pageInfo { hasNextPage endCursor } } } }`);
  expect(found.manifests.nodes).toEqual([{ envelopeId: plan, effectiveStatus: 'ACCEPTED' }]);
  expect(found.reviewDecisions.nodes).toEqual([
    { reviewDecisionId: decision, manifest: { entry: { status: 'REVIEWED_APPROVED' } } },
  ]);
  expect(found.changeSets.nodes).toEqual([]);
  expect(found.history.nodes.map((row: { changeKind: string }) => row.changeKind).sort()).toEqual([
    'ABANDON',
    'CUT',
  ]);
  const { edges, pageInfo } = manifest.unitBlocks;
  expect(edges.map((edge: { node: object }) => edge.node)).toEqual([
    { unitLocalId: 'u1', entry: { entryId: entry } },
    { unitLocalId: 'u2', entry: { entryId: entry } },
  ]);
  expect(pageInfo).toEqual({ hasNextPage: true, endCursor: edges[1].cursor });
  const rest = await ask(
    'query ($after: String) { manifest: dryManifest { unitBlocks(after: $after) { nodes { unitLocalId } } } }',
    {
      after: pageInfo.endCursor,
    },
  );
  expect(rest.manifest.unitBlocks.nodes).toEqual([{ unitLocalId: 'u3' }]);
});

test('a relation to one row that the dry run lacks is read from the ledger', async () => {
  const { result: found, entry: planned } = await ask(`{
    result: dryResult { verdict changeSet { state affectedRows { nodes { ordinal } } } escalation { kind } signatures { nodes { signatureKind } } entry { status history { nodes { changeKind } } } }
    entry: dryEntry { reviewDecisions { nodes { prior { reviewDecisionId manifest { effectiveStatus } } supersededBy { verdict } } } } }`);
  expect(found).toMatchObject({
    verdict: 'PASS',
    changeSet: { state: 'APPLIED', affectedRows: { nodes: [{ ordinal: 0 }, { ordinal: 1 }] } },
    escalation: null,
    signatures: { nodes: [] },
    entry: { status: 'VERIFIED_COMPLETE' },
  });
  expect(found.entry.history.nodes).toHaveLength(3);
  expect(planned.reviewDecisions.nodes).toEqual([
    {
      prior: { reviewDecisionId: idOf('decision:', 1), manifest: { effectiveStatus: 'ENACTED' } },
      supersededBy: null,
    },
  ]);
});
