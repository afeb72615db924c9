import { execute, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { fillLedger, idOf, read, readingContext } from './reading-ledger.ts';

let database: TestDatabase;
let context: Context;

beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, 10);
  context = readingContext(database.pools.observe);
});

const entry = { entryId: idOf('entry:', 5) };
const escalation = { entryId: idOf('escalation:', 5) };
const nodes = (...rows: object[]) => ({ nodes: rows });

describe('an entry is readable from any of its artefacts, and back', () => {
  test('Entry: history, dependencies, plans, decisions, cuts, verdicts, escalations, sweeps', async () => {
    const { entry: found } = await read(
      context,
      `query ($id: UUID!) { entry(entryId: $id) {
        history { nodes { entry { entryId } } }
        dependenciesFrom { nodes { dependencyId fromEntry { entryId } toEntry { entryId } } }
        dependenciesTo { nodes { fromEntry { entryId } toEntry { entryId } } }
        manifests { nodes { envelopeId entry { entryId } } }
        reviewDecisions { nodes { reviewDecisionId entry { entryId } } }
        changeSets { nodes { changeSetId entry { entryId } } }
        verifyResults { nodes { verifyResultId entry { entryId } } }
        escalations { nodes { entryId } }
        escalatedBy { nodes { verifyResultId } }
        lastOfSweeps { nodes { sweepId lastEntry { entryId } } }
      } }`,
      { id: entry.entryId },
    );
    expect(found).toEqual({
      history: nodes({ entry }, { entry }, { entry }),
      dependenciesFrom: nodes({
        dependencyId: idOf('dependency:', 5),
        fromEntry: entry,
        toEntry: { entryId: idOf('entry:', 6) },
      }),
      dependenciesTo: nodes({ fromEntry: { entryId: idOf('entry:', 4) }, toEntry: entry }),
      manifests: nodes(
        { envelopeId: idOf('envelope:', 5), entry },
        { envelopeId: idOf('rejected:', 5), entry },
      ),
      reviewDecisions: nodes(
        { reviewDecisionId: idOf('decision:', 5), entry },
        { reviewDecisionId: idOf('superseded:', 5), entry },
      ),
      changeSets: nodes(
        { changeSetId: idOf('cut:', 5), entry },
        { changeSetId: idOf('compensation:', 5), entry },
      ),
      verifyResults: nodes({ verifyResultId: idOf('result:', 5), entry }),
      escalations: nodes(escalation),
      escalatedBy: nodes(),
      lastOfSweeps: nodes({ sweepId: idOf('sweep:', 5), lastEntry: entry }),
    });
  });

  test('Manifest and UnitBlock', async () => {
    const { manifest } = await read(
      context,
      `query ($id: UUID!) { manifest(envelopeId: $id) {
        entry { entryId } effectiveStatus
        unitBlocks { nodes { unitLocalId renderOrder manifest { envelopeId } entry { entryId } reviewDecisions { nodes { status } } decisionBacklogEntry { kind } } }
        reviewDecisions { nodes { reviewDecisionId manifest { envelopeId } unitBlock { unitLocalId } } }
        changeSets(filter: {changeKind: CUT}) { nodes { changeSetId manifest { envelopeId } } }
        verifyResults { nodes { verifyResultId manifest { envelopeId } } }
        escalation { kind } cutChangeSet { state } supersededBy { status }
      } }`,
      { id: idOf('envelope:', 5) },
    );
    const own = { envelopeId: idOf('envelope:', 5) };
    const block = (at: number) => ({
      unitLocalId: `u${at}`,
      renderOrder: at,
      manifest: own,
      entry,
      reviewDecisions: nodes(),
      decisionBacklogEntry: null,
    });
    expect(manifest).toEqual({
      entry,
      effectiveStatus: 'WITHDRAWN',
      unitBlocks: nodes(block(1), block(2), block(3)),
      reviewDecisions: nodes({ reviewDecisionId: idOf('decision:', 5), manifest: own, unitBlock: null }),
      changeSets: nodes({ changeSetId: idOf('cut:', 5), manifest: own }),
      verifyResults: nodes({ verifyResultId: idOf('result:', 5), manifest: own }),
      escalation: null,
      cutChangeSet: null,
      supersededBy: null,
    });
  });

  test('ReviewDecision: its lineage and what stands on it', async () => {
    const { reviewDecision } = await read(
      context,
      `query ($id: UUID!) { reviewDecision(reviewDecisionId: $id) {
        prior { reviewDecisionId supersededBy { reviewDecisionId } }
        supersededBy { reviewDecisionId }
        changeSets(filter: {changeKind: CUT}) { nodes { changeSetId reviewDecision { reviewDecisionId } } }
        verifyResults { nodes { reviewDecision { reviewDecisionId } } }
        escalation { kind } cutChangeSet { state }
      } }`,
      { id: idOf('decision:', 5) },
    );
    const own = { reviewDecisionId: idOf('decision:', 5) };
    expect(reviewDecision).toEqual({
      prior: { reviewDecisionId: idOf('superseded:', 5), supersededBy: own },
      supersededBy: null,
      changeSets: nodes({ changeSetId: idOf('cut:', 5), reviewDecision: own }),
      verifyResults: nodes({ reviewDecision: own }),
      escalation: null,
      cutChangeSet: null,
    });
  });

  test('ChangeSet, AffectedRow, VerifyResult and Signature, with a compensation and its trigger', async () => {
    const { changeSet } = await read(
      context,
      `query ($id: UUID!) { changeSet(changeSetId: $id) {
        executorSignature { signatureId changeSet { changeSetId } verifyResult { state } prior { signatureId } entry { entryId } }
        verifierSignature { signatureId }
        signatures { nodes { signatureId } }
        affectedRows { nodes { ordinal changeSet { changeSetId } entry { entryId } } }
        verifyResults { nodes { changeSet { changeSetId }
          executorSignature { signatureId }
          verifierSignature { signatureId prior { signatureId } verifyResult { verifyResultId } changeSet { state } entry { entryId } }
          signatures { nodes { signatureId } }
          rollbackChangeSet { changeSetId } escalation { entryId escalatedBy { nodes { verifyResultId } } } prior { state } } }
        compensations { nodes { changeSetId compensates { changeSetId } triggeredBy { nodes { verifyResultId } } executorSignature { signatureId } } }
        compensates { state } triggeredBy { nodes { state } }
      } }`,
      { id: idOf('cut:', 5) },
    );
    const own = { changeSetId: idOf('cut:', 5) };
    const executor = { signatureId: idOf('sig:cut:', 5) };
    const verifier = { signatureId: idOf('sig:verify:', 5) };
    const result = { verifyResultId: idOf('result:', 5) };
    expect(changeSet).toEqual({
      executorSignature: { ...executor, changeSet: own, verifyResult: null, prior: null, entry },
      verifierSignature: null,
      signatures: nodes(executor),
      affectedRows: nodes({ ordinal: 0, changeSet: own, entry }, { ordinal: 1, changeSet: own, entry }),
      verifyResults: nodes({
        changeSet: own,
        executorSignature: executor,
        verifierSignature: { ...verifier, prior: executor, verifyResult: result, changeSet: null, entry },
        signatures: nodes(verifier),
        rollbackChangeSet: { changeSetId: idOf('compensation:', 5) },
        escalation: { ...escalation, escalatedBy: nodes(result) },
        prior: null,
      }),
      compensations: nodes({
        changeSetId: idOf('compensation:', 5),
        compensates: own,
        triggeredBy: nodes(result),
        executorSignature: executor,
      }),
      compensates: null,
      triggeredBy: nodes(),
    });
  });
});

describe('Manifest.effectiveStatus', () => {
  const status = async (envelopeId: string) =>
    (
      await read(context, 'query ($id: UUID!) { manifest(envelopeId: $id) { status effectiveStatus } }', {
        id: envelopeId,
      })
    ).manifest.effectiveStatus;

  test('a plan is enacted by a cut that stands, withdrawn by its compensation, superseded with its decision', async () => {
    expect(await status(idOf('envelope:', 1))).toBe('ENACTED');
    expect(await status(idOf('envelope:', 5))).toBe('WITHDRAWN');
    expect(await status(idOf('rejected:', 1))).toBe('SUPERSEDED');
  });

  test('without a cut it says what the live decision says, and withdrawn when the entry was abandoned', async () => {
    const [plan, item, decision] = [idOf('plan', 1), idOf('item', 1), idOf('verdict', 1)];
    const change = (statement: string, ...values: unknown[]) => database.superuser.query(statement, values);
    await change(
      `insert into cutter_governance.decision_backlog_entry values ($1, 'cut_request', 'reviewed_approved', '{}', now(), null)`,
      item,
    );
    await change(
      `insert into cutter_governance.manifest_envelope (envelope_id, operation_kind, status, source_doc_ref, created_by, created_at)
       values ($1, 'first_cut', 'under_review', $2, 'reviewer', now())`,
      plan,
      item,
    );
    expect(await status(plan)).toBe('UNDER_REVIEW');
    await change(
      `insert into cutter_governance.review_decision select $1, governance_event_kind, $2, manifest_version, null, review_scope, status, 'approve',
         findings, reviewer_class, reviewer_identity, null, risk_class_assessment, decision_at, decided_by, false, null, version, null, null, null, null,
         null, created_at, updated_at from cutter_governance.review_decision where review_decision_id = $3`,
      decision,
      plan,
      idOf('decision:', 1),
    );
    expect(await status(plan)).toBe('ACCEPTED');
    const decide = (assignment: string) =>
      change(
        `update cutter_governance.review_decision set ${assignment} where review_decision_id = $1`,
        decision,
      );
    await decide(`expires_at = now() - interval '1 second'`);
    expect(await status(plan)).toBe('UNDER_REVIEW');
    await decide(`verdict = 'defer', expires_at = null`);
    expect(await status(plan)).toBe('UNDER_REVIEW');
    await decide(`verdict = 'reject'`);
    expect(await status(plan)).toBe('REJECTED');
    await decide(`verdict = 'approve'`);
    await change(
      `update cutter_governance.decision_backlog_entry set status = 'abandoned' where entry_id = $1`,
      item,
    );
    expect(await status(plan)).toBe('WITHDRAWN');
  });
});

describe('places in the log', () => {
  test('a row has the position of the record that brought it, and its ordinal there; null before integration', async () => {
    const { entry: found } = await read(
      context,
      `query ($id: UUID!) { entry(entryId: $id) { position logOrdinal
        history(filter: {changeKindIn: [MARK, SWEEP_PROMOTE, REVIEW_APPROVE]}) { nodes { changeKind position logOrdinal } }
        changeSets(filter: {changeKind: CUT}) { nodes { position logOrdinal executorSignature { position logOrdinal } } }
        verifyResults { nodes { position logOrdinal } } } }`,
      { id: idOf('entry:', 3) },
    );
    const places = Object.fromEntries(
      found.history.nodes.map(({ changeKind, ...place }: { changeKind: string }) => [changeKind, place]),
    );
    expect({ ...found, history: places }).toEqual({
      position: '10',
      logOrdinal: 0,
      history: {
        MARK: { position: '10', logOrdinal: 1 },
        SWEEP_PROMOTE: { position: null, logOrdinal: null },
        REVIEW_APPROVE: { position: '11', logOrdinal: 2 },
      },
      changeSets: nodes({
        position: '12',
        logOrdinal: 1,
        executorSignature: { position: '12', logOrdinal: 0 },
      }),
      verifyResults: nodes({ position: '13', logOrdinal: 1 }),
    });
  });

  test('unit blocks take theirs from their envelope, affected rows from their change set', async () => {
    const { manifest, changeSet } = await read(
      context,
      `query ($e: UUID!, $c: UUID!) { manifest(envelopeId: $e) { unitBlocks { nodes { position logOrdinal } } }
        changeSet(changeSetId: $c) { affectedRows { nodes { position logOrdinal } } } }`,
      { e: idOf('envelope:', 3), c: idOf('cut:', 3) },
    );
    const reviewed = { position: '11', logOrdinal: 0 };
    const cut = { position: '12', logOrdinal: 1 };
    expect(manifest.unitBlocks).toEqual(nodes(reviewed, reviewed, reviewed));
    expect(changeSet.affectedRows).toEqual(nodes(cut, cut));
  });
});

describe('any way of asking gets the same answer', () => {
  const id = idOf('entry:', 5);

  test('aliases, also those that take the name of another field or of a prototype', async () => {
    const { e } = await read(
      context,
      `query ($id: UUID!) { e: entry(entryId: $id) { status: entryId entryId: status kind: history(first: 1) { nodes { kind: changeKind } }
        oldest: history(first: 1) { nodes { historyId } } newest: history(first: 1, order: NEWEST_FIRST) { nodes { historyId } }
        __proto__: kind constructor: kind } }`,
      { id },
    );
    expect(e).toMatchObject({ status: id, entryId: 'VERIFY_FAILED_ESCALATED', constructor: 'CUT_REQUEST' });
    expect(Object.getOwnPropertyDescriptor(e, '__proto__')?.value).toBe('CUT_REQUEST');
    expect(e.kind.nodes).toHaveLength(1);
    expect(e.oldest.nodes[0].historyId < e.newest.nodes[0].historyId).toBe(true);
  });

  test('fragments, typed and not, merge with the fields beside them', async () => {
    const { entry: found } = await read(
      context,
      `query ($id: UUID!) { entry(entryId: $id) { history(first: 1) { nodes { changeKind } } ...A ... on Entry { history(first: 1) { edges { node { entryVersionAfter } } } } ... { kind } __typename } }
       fragment A on Entry { history(first: 1) { nodes { changedBy entry { ...B } } } }
       fragment B on Entry { status __typename }`,
      { id },
    );
    expect(found.__typename).toBe('Entry');
    expect(found.kind).toBe('CUT_REQUEST');
    expect(Object.keys(found.history.nodes[0]).sort()).toEqual(['changeKind', 'changedBy', 'entry']);
    expect(found.history.nodes[0].entry).toEqual({ status: 'VERIFY_FAILED_ESCALATED', __typename: 'Entry' });
    expect(Object.keys(found.history.edges[0].node)).toEqual(['entryVersionAfter']);
  });

  test('skip and include are heard for each call of one document', async () => {
    const document = parse(
      `query ($id: UUID!, $history: Boolean!, $noKind: Boolean = false) { entry(entryId: $id) { status kind @skip(if: $noKind)
        history(first: 1) @include(if: $history) { nodes { changeKind } } ... @include(if: false) { emittedAt } } }`,
    );
    const keys = async (variableValues: Record<string, unknown>) => {
      const { data } = await execute({
        schema,
        document,
        contextValue: context,
        variableValues: { id, ...variableValues },
      });
      return Object.keys(data?.['entry'] as object);
    };
    expect(await keys({ history: true })).toEqual(['status', 'kind', 'history']);
    expect(await keys({ history: false })).toEqual(['status', 'kind']);
    expect(await keys({ history: false, noKind: true })).toEqual(['status']);
    expect(await keys({ history: true, noKind: true })).toEqual(['status', 'history']);
  });

  test('one document called with other arguments gets other rows', async () => {
    const document = parse(
      'query ($first: Int, $filter: EntryFilter) { entries(first: $first, filter: $filter) { nodes { history(first: $first) { nodes { __typename } } } } }',
    );
    const sizes = async (variableValues: Record<string, unknown>) => {
      const { data } = (await execute({ schema, document, contextValue: context, variableValues })) as {
        data: never;
      };
      const rows = (data as { entries: { nodes: { history: { nodes: unknown[] } }[] } }).entries.nodes;
      return rows.map(({ history }) => history.nodes.length);
    };
    expect(await sizes({ first: 2 })).toEqual([2, 2]);
    expect(await sizes({ filter: { entryId: id } })).toEqual([3]);
    expect(await sizes({ first: 1, filter: { kind: 'ESCALATION' } })).toEqual([0]);
    expect(
      await sizes({ first: 3, filter: { kindIn: ['CUT_REQUEST'], status: 'VERIFIED_COMPLETE' } }),
    ).toEqual([3, 3, 3]);
  });

  test('through the server, which executes by another library than graphql-js', async () => {
    const yoga = createYoga({ schema, context: () => context, logging: false });
    const query = `query ($id: UUID!, $first: Int = 2, $noKind: Boolean!) { one: entry(entryId: $id) { kind @skip(if: $noKind) status ...Moves } }
      fragment Moves on Entry { history(first: $first, filter: {changeKindIn: [MARK, REVIEW_APPROVE]}) { edges { node { kind: changeKind entry { status } } } } }`;
    const variables = { id, noKind: true };
    const response = await yoga.fetch('http://ledger/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    expect(answer).toEqual({ data: await read(context, query, variables) });
    expect(answer.data.one.history.edges).toHaveLength(2);
    expect(answer.data.one).not.toHaveProperty('kind');
  });

  test('more fields than a database function takes arguments', async () => {
    const many = Array.from(
      { length: 170 },
      (_, at) => `h${at}: history(first: 1) { nodes { changeKind } }`,
    ).join(' ');
    const { entries } = await read(context, `{ entries(first: 1) { nodes { entryId ${many} status } } }`);
    expect(Object.keys(entries.nodes[0])).toHaveLength(172);
    expect(entries.nodes[0].h0).toEqual(entries.nodes[0].h169);
  });
});
