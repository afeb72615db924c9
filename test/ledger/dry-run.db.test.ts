import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import type { Session } from '../../src/auth/session.ts';
import { cut } from '../../src/ledger/cut.ts';
import { verify } from '../../src/ledger/verify/verify.ts';
import { call, fresh, type Loose, manifestOf, marked, reviewed, sweepAll, wasCut } from '../harness/cycle.ts';
import { EXAMPLES, type Example, perform, registered, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const SIGNATURE = 'signatureId signatureKind signerDotId signerToolRevision validationState priorSignatureId';
const BLOCKS =
  'unitBlocks(first: 100) { nodes { unitLocalId blockRole renderOrder proposedCanonicalAddress targetUnitId } }';
const ROWS =
  'affectedRows(first: 100) { nodes { affectedRowId ordinal effectKind targetTable targetRowId } }';

const DEEP_PRINCIPAL = `principal { principalId name kind personId personName scopes lane mode isDisabled
  person { personId name } }`;
const DEEP_TOKEN =
  'token { tokenId principalId principalName scopes entryIds docCodes manifestDigest expiresAt replacesTokenId }';

/** What each verb's answer is asked for: rows, and what hangs under them, but times, which are those of the call. */
const DEEP: Readonly<Record<Verb, string>> = {
  registerSource: 'source { sourceId docCode title mediaType digest byteLength }',
  mark: `entry { entryId kind status history { nodes { historyId changeKind entryVersionBefore entryVersionAfter changedBy } }
    dependenciesTo { nodes { dependencyId dependencyKind fromEntry { entryId status } } } }`,
  declareDependency:
    'dependency { dependencyId dependencyKind createdBy fromEntryId fromEntry { entryId status } toEntry { entryId status } }',
  sweep: 'examined promoted { entryId kind status }',
  review: `decision { reviewDecisionId verdict manifestVersion riskClassAssessment decidedBy expiresAt manifest { envelopeId } entry { status } }
    manifest { envelopeId operationKind effectiveStatus createdBy reviewer entry { status } ${BLOCKS} reviewDecisions { nodes { reviewDecisionId verdict } } }
    entry { entryId status manifests { nodes { envelopeId } } }`,
  cut: `changeSet { changeSetId manifestId manifestVersion changeKind riskClass affectedRowCount effectDigest state emittedBy
      executorSignature { ${SIGNATURE} changeSet { changeSetId } } signatures { nodes { signatureId } } ${ROWS}
      reviewDecision { reviewDecisionId verdict } manifest { envelopeId ${BLOCKS} } entry { status } }
    entry { entryId status changeSets { nodes { changeSetId } } }`,
  verify: `result { verifyResultId verdict axis1Status axis2Status checkedRowCount effectDigest toolRevisionMatch verifiedBy escalationRef
      changeSet { changeSetId effectDigest ${ROWS} } verifierSignature { ${SIGNATURE} verifyResult { verifyResultId } }
      executorSignature { ${SIGNATURE} } escalation { entryId kind status } rollbackChangeSet { changeSetId changeKind compensatesChangeSetId } }
    findings { axis unit code message } entry { entryId status }`,
  abandon: 'entry { entryId status }',
  registerVocabulary: 'terms { termKind term description atMost registeredBy }',
  registerProfile: 'profile { reference name version digest body isShipped registeredBy }',
  comment: `comment { commentId entryId manifestDigest unitLocalId address body commentedBy entry { entryId status }
    resolution { note } replies { nodes { body } } }`,
  resolveComment: 'resolution { resolutionId commentId note resolvedBy comment { commentId body } }',
  createPrincipal: DEEP_PRINCIPAL,
  updatePrincipal: DEEP_PRINCIPAL,
  suspendPrincipal: DEEP_PRINCIPAL,
  issueToken: DEEP_TOKEN,
  narrowToken: DEEP_TOKEN,
  rotateToken: DEEP_TOKEN,
  revokeToken: DEEP_TOKEN,
  approveCut: 'approvalId entryId statement { keyIds }',
  revokeCutApproval: 'approvalId entryId',
  changeRules:
    'rules { version body reason changedBy } isWeaker weaker judgedOtherwise { count decisions { entryId } }',
};

async function deep(verb: Verb): Promise<Example> {
  return { ...(await EXAMPLES[verb](server)), success: `position ${DEEP[verb]}` };
}

describe.each(VERBS)('%s as a dry run', (verb) => {
  test('shows the rows and ids of the call that follows, and writes nothing', async () => {
    const example = await deep(verb);
    const before = await fingerprint(server);
    const dry = await perform(server, example, { dryRun: true });
    expect(await fingerprint(server)).toBe(before);
    expect(dry).toMatchObject({ dryRun: true, replayed: false, position: null });
    expect(dry.rows.length).toBeGreaterThan(0);

    const real = await perform(server, example);
    expect(real.position).toMatch(/^\d+$/);
    expect(dry).toEqual({ ...real, dryRun: true, position: null });
  });

  test('can be made again, and by another key, with nothing held back by it', async () => {
    const example = await deep(verb);
    const dry = await perform(server, example, { dryRun: true });
    expect(await perform(server, example, { dryRun: true })).toEqual(dry);
    const other = { idempotencyKey: fresh('another') };
    expect(await perform(server, example, other)).toMatchObject({
      dryRun: false,
      replayed: false,
      rows: dry.rows,
    });
  });

  test('asks for the authority of the call itself', async () => {
    const example = await deep(verb);
    const answer = await perform(server, { ...example, who: 'observer' }, { dryRun: true });
    expect(answer.__typename).toBe('Forbidden');
  });

  test('judges its input as the call does', async () => {
    const example = await deep(verb);
    const bad = { idempotencyKey: '' };
    const dry = await perform(server, example, { ...bad, dryRun: true });
    expect(dry.__typename).toBe('InvalidInput');
    expect(dry).toEqual(await perform(server, example, bad));
  });
});

describe('a dry run of a failing verification', () => {
  test('shows compensation and escalation, and writes neither', async () => {
    const { changeSetId } = await wasCut(server);
    await server.superuser.query(
      `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
      [changeSetId],
    );
    const example: Example = {
      verb: 'verify',
      who: 'verifier',
      input: { idempotencyKey: fresh('failing'), changeSetId },
      success: `position ${DEEP.verify}`,
    };
    const before = await fingerprint(server);
    const dry = await perform(server, example, { dryRun: true });
    expect(await fingerprint(server)).toBe(before);
    expect(dry).toMatchObject({
      result: {
        verdict: 'FAIL',
        escalation: { kind: 'ESCALATION', status: 'MARKED' },
        rollbackChangeSet: { changeKind: 'COMPENSATION', compensatesChangeSetId: changeSetId },
      },
      entry: { status: 'VERIFY_FAILED_ESCALATED' },
    });
    const real = await perform(server, example);
    expect(dry).toEqual({ ...real, dryRun: true, position: null });
  });
});

describe('a dry run signs nothing', () => {
  /** The signature rows that a phase would write, with what no view shows. */
  async function signatures(verb: 'cut' | 'verify', input: Loose, dryRun: boolean): Promise<Loose[]> {
    const caller = await sessionOf(verb === 'cut' ? 'executor' : 'verifier');
    const phase = { caller, idempotencyKey: input.idempotencyKey, dryRun, entryId: input.entryId };
    const done =
      verb === 'cut'
        ? await server.ledger.asExec({ ...phase, verb }, (tx) => cut(tx, input))
        : await server.ledger.asVerify({ ...phase, verb }, (tx) => verify(tx, input));
    if (dryRun) return [...(done.preview?.preview.get('dot_pair_signature') ?? [])];
    const { rows } = await server.superuser.query(
      `select * from cutter_governance.dot_pair_signature where emitted_at = (select max(emitted_at) from cutter_governance.dot_pair_signature)`,
    );
    return rows;
  }

  async function sessionOf(name: 'executor' | 'verifier'): Promise<Session> {
    const { rows } = await server.superuser.query('select * from cutter_auth.principal where name = $1', [
      name,
    ]);
    const { principal_id: principalId, person_id: personId, kind, scopes } = rows[0];
    return {
      tokenId: randomUUID(),
      principalId,
      personId,
      name,
      kind,
      scopes: new Set(scopes),
      entryIds: null,
      manifestDigest: null,
      mode: 'rehearsal',
      expiresAt: '2099-01-01T00:00:00.000000Z',
    } as Session;
  }

  test.each(['cut', 'verify'] as const)(
    '%s: its envelope carries the statement and no signature',
    async (verb) => {
      const { input } = await EXAMPLES[verb](server);
      const [dry] = await signatures(verb, input, true);
      expect(dry.payload_envelope.signatures).toEqual([]);
      const [real] = await signatures(verb, input, false);
      expect(real.payload_envelope.signatures).toHaveLength(1);
      expect(dry.signature_id).toBe(real.signature_id);
      expect(dry.payload_envelope.payloadType).toBe(real.payload_envelope.payloadType);
      const [planned, signed] = [JSON.parse(dry.signature_payload), JSON.parse(real.signature_payload)];
      // The statement names its own time; everything else is the same.
      expect({ ...planned, preparedAt: null }).toEqual({ ...signed, preparedAt: null });
    },
  );
});

describe('a dry run is refused as the call is', () => {
  const unknown = randomUUID();
  const digest = `sha256:${'0'.repeat(64)}`;
  const span = (start: number, end: number) => ({
    localId: `u${start}`,
    start,
    end,
    kind: 'section',
    sectionType: 'section',
    address: `doc/${start}`,
  });

  const REFUSED: Readonly<Record<string, readonly [Verb, Example['who'], string, () => Promise<object>]>> = {
    'a source that is not UTF-8': [
      'registerSource',
      'marker',
      'InvalidInput',
      async () => ({ docCode: fresh('bytes'), content: { base64: '/w==' } }),
    ],
    'an unknown source': [
      'mark',
      'marker',
      'NotFound',
      async () => ({ sourceId: unknown, cutSpec: { profile: 'markdown' }, signalSource: 'x' }),
    ],
    'a plan that leaves bytes out': [
      'mark',
      'marker',
      'CoverageBroken',
      async () => ({
        sourceId: await registered(server),
        cutSpec: { units: [span(0, 3)] },
        signalSource: 'x',
      }),
    ],
    'a circle of edges': [
      'declareDependency',
      'marker',
      'DependencyCycle',
      async () => {
        const to = await marked(server);
        const from = await marked(server, fresh(), { blockedBy: [to.entryId] });
        return { fromEntryId: from.entryId, toEntryId: to.entryId, kind: 'BLOCKS' };
      },
    ],
    'an edge onto what is cut': [
      'declareDependency',
      'marker',
      'IllegalTransition',
      async () => ({
        fromEntryId: (await marked(server)).entryId,
        toEntryId: (await wasCut(server)).entryId,
        kind: 'BLOCKS',
      }),
    ],
    'a review of what was not swept': [
      'review',
      'reviewer',
      'IllegalTransition',
      async () => ({ entryId: (await marked(server)).entryId, verdict: 'APPROVE', manifestDigest: digest }),
    ],
    'a review of another digest': [
      'review',
      'reviewer',
      'PlanStale',
      async () => {
        const { entryId } = await marked(server);
        await sweepAll(server);
        return { entryId, verdict: 'APPROVE', manifestDigest: digest };
      },
    ],
    'a review beside a live decision': [
      'review',
      'reviewer',
      'NotLive',
      async () => {
        const { entryId, manifestDigest } = await reviewed(server);
        return { entryId, verdict: 'APPROVE', manifestDigest };
      },
    ],
    'a cut of what is not approved': [
      'cut',
      'executor',
      'IllegalTransition',
      async () => {
        const { entryId } = await marked(server);
        return { entryId, manifestDigest: await manifestOf(server, entryId) };
      },
    ],
    'a cut of another digest': [
      'cut',
      'executor',
      'NotApproved',
      async () => ({ entryId: (await reviewed(server)).entryId, manifestDigest: digest }),
    ],
    'a second cut': [
      'cut',
      'executor',
      'AlreadyCut',
      async () => {
        const { entryId, manifestDigest } = await wasCut(server);
        return { entryId, manifestDigest };
      },
    ],
    'a cut behind an open predecessor': [
      'cut',
      'executor',
      'DependencyOpen',
      async () => {
        const first = await marked(server);
        const second = await marked(server, fresh(), { blockedBy: [first.entryId] });
        const { entryId, manifestDigest } = await reviewed(server, 'APPROVE', second);
        return { entryId, manifestDigest };
      },
    ],
    'a verification of nothing': ['verify', 'verifier', 'NotFound', async () => ({ changeSetId: unknown })],
    'an end of what is cut': [
      'abandon',
      'reviewer',
      'AlreadyCut',
      async () => ({ entryId: (await wasCut(server)).entryId, rationale: 'Too late.' }),
    ],
  };

  test.each(Object.keys(REFUSED))('%s', async (name) => {
    const [verb, who, refusal, prepare] = REFUSED[name]!;
    const input = { idempotencyKey: fresh('refused'), ...(await prepare()) };
    const before = await fingerprint(server);
    const dry = await call(server, server.tokens[who], verb, { ...input, dryRun: true });
    expect(dry.__typename).toBe(refusal);
    expect(dry).toEqual(await call(server, server.tokens[who], verb, input));
    expect(await fingerprint(server)).toBe(before);
  });

  test('a key that was used for something else', async () => {
    for (const verb of ['cut', 'review'] as const) {
      const example = await EXAMPLES[verb](server);
      await perform(server, example);
      const other = { manifestDigest: digest };
      const dry = await perform(server, example, { ...other, dryRun: true });
      expect(dry.__typename).toBe('IdempotencyConflict');
      expect(dry).toEqual(await perform(server, example, other));
    }
  });
});

test('a preview shows what would stand in place of what stands: filters and pages work on it', async () => {
  const example = await EXAMPLES.review(server);
  const paged = await perform(
    server,
    {
      ...example,
      success:
        'manifest { unitBlocks(first: 1) { nodes { unitLocalId } pageInfo { hasNextPage endCursor } } origin: unitBlocks(filter: { blockRole: ORIGIN }) { nodes { unitLocalId } } }',
    },
    { dryRun: true },
  );
  expect(paged.manifest.unitBlocks.nodes).toHaveLength(1);
  expect(paged.manifest.unitBlocks.pageInfo.hasNextPage).toBe(true);
  expect(paged.manifest.origin.nodes).toEqual([]);
});
