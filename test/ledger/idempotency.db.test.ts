import { beforeAll, describe, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { approvedCut, reviewedByAnother } from '../harness/approvers.ts';
import { call, fresh, type Loose, marked, reviewed, sweepAll, verifyCut, wasCut } from '../harness/cycle.ts';
import {
  EXAMPLES,
  type Example,
  inHours,
  otherRules,
  perform,
  places,
  registered,
  VERBS,
} from '../harness/examples.ts';
import { createdPrincipal, freshName, issuedToken } from '../harness/parties.ts';
import { freshWord, profileBody } from '../harness/registry.ts';
import { added, fingerprint, rowCounts } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

describe.each(VERBS)('%s, said twice', (verb) => {
  test('is answered like the first time, marked as replayed, and writes nothing', async () => {
    const example = await EXAMPLES[verb](server);
    const first = await perform(server, example);
    expect(first).toMatchObject({ replayed: false, dryRun: false });
    const before = await fingerprint(server);
    const again = await perform(server, example);
    expect(again).toEqual({ ...first, replayed: true, rows: [] });
    expect(await fingerprint(server)).toBe(before);
  });

  test('has the position of the first record', async () => {
    const example = await EXAMPLES[verb](server);
    const { position } = await perform(server, { ...example, success: 'position' });
    expect(position).toMatch(/^\d+$/);
    expect(await perform(server, { ...example, success: 'position' })).toMatchObject({
      replayed: true,
      position,
    });
  });

  test('as a dry run the second time shows the first answer', async () => {
    const example = await EXAMPLES[verb](server);
    const first = await perform(server, example);
    const before = await fingerprint(server);
    const dry = await perform(server, example, { dryRun: true });
    expect(dry).toEqual({ ...first, replayed: true, dryRun: true, rows: [] });
    expect(await fingerprint(server)).toBe(before);
  });

  test.each(['compensate:1', 'escalate:1', 'compensate:', 'escalate:'])('refuses the key %s', async (key) => {
    const example = await EXAMPLES[verb](server);
    const before = await fingerprint(server);
    const answer = await perform(server, example, { idempotencyKey: key });
    expect(answer).toMatchObject({ __typename: 'InvalidInput', retryable: false });
    expect(places(answer)).toEqual(['input.idempotencyKey']);
    expect(await fingerprint(server)).toBe(before);
  });
});

/** Another value for each field of each verb; the rest of the input stays. */
const OTHER: Readonly<Record<Verb, Record<string, (server: TestServer) => Promise<unknown>>>> = {
  registerSource: {
    docCode: async () => fresh('other'),
    title: async () => 'Another title',
    mediaType: async () => 'text/plain',
    content: async () => ({ text: '# Another\n' }),
  },
  mark: {
    sourceId: registered,
    cutSpec: async () => ({
      units: [{ localId: 'a', start: 0, end: 9, kind: 'document', sectionType: 'body', address: 'other/a' }],
    }),
    signalSource: async () => 'another ticket',
    scenarioRef: async () => 'summer',
    blockedBy: async () => [],
  },
  declareDependency: {
    fromEntryId: async () => (await marked(server)).entryId,
    toEntryId: async () => (await marked(server)).entryId,
    kind: async () => 'REFINES',
  },
  sweep: { limit: async () => 7, triggerKind: async () => 'SCHEDULED' },
  review: {
    entryId: async () => (await marked(server)).entryId,
    verdict: async () => 'REJECT',
    manifestDigest: async () => `sha256:${'0'.repeat(64)}`,
    riskClass: async () => 'HIGH',
    findings: async () => ({ checked: ['one', 3, null] }),
    rationale: async () => 'Read half of it.',
    supersedesDecisionId: async () => '00000000-0000-4000-8000-000000000000',
    expiresAt: async () => '2099-01-01T00:00:00.000001Z',
  },
  cut: {
    entryId: async () => (await reviewed(server)).entryId,
    manifestDigest: async () => `sha256:${'0'.repeat(64)}`,
  },
  verify: { changeSetId: async () => (await wasCut(server)).changeSetId },
  abandon: {
    entryId: async () => (await marked(server)).entryId,
    rationale: async () => 'For another reason.',
  },
  registerVocabulary: {
    terms: async () => [{ termKind: 'UNIT_KIND', term: freshWord(), description: 'Another.' }],
  },
  registerProfile: {
    name: async () => freshWord(),
    version: async () => '2',
    body: async () => profileBody({ titleLength: 400 }),
  },
  comment: {
    entryId: async () => (await marked(server)).entryId,
    manifestDigest: async () => `sha256:${'0'.repeat(64)}`,
    localId: async () => null,
    address: async () => 'no/such',
    replyTo: async () => '00000000-0000-4000-8000-000000000000',
    body: async () => 'Something else.',
  },
  resolveComment: {
    entryId: async () => (await marked(server)).entryId,
    commentId: async () => '00000000-0000-4000-8000-000000000000',
    note: async () => 'For another reason.',
  },
  createPrincipal: {
    name: async () => freshName(),
    kind: async () => 'SERVICE',
    person: async () => ({ name: `Person ${freshName()}` }),
    scopes: async () => ['LEDGER_OBSERVE'],
    lane: async () => 'DOT_991',
  },
  updatePrincipal: {
    principalId: createdPrincipal,
    name: async () => freshName(),
    scopes: async () => ['LEDGER_OBSERVE', 'ENTRY_MARK'],
    reason: async () => 'For another reason.',
  },
  suspendPrincipal: { principalId: createdPrincipal, reason: async () => 'For another reason.' },
  issueToken: {
    principalId: createdPrincipal,
    scopes: async () => ['ENTRY_MARK'],
    entryIds: async () => ['00000000-0000-4000-8000-000000000000'],
    docCodes: async () => ['another-law'],
    manifestDigest: async () => `sha256:${'2'.repeat(64)}`,
    expiresAt: async () => '2099-01-01T00:00:00Z',
  },
  narrowToken: {
    tokenId: anotherToken,
    scopes: async () => ['ENTRY_MARK'],
    entryIds: async () => ['00000000-0000-4000-8000-000000000000'],
    docCodes: async () => ['another-law'],
    manifestDigest: async () => `sha256:${'2'.repeat(64)}`,
    expiresAt: async () => '2099-01-01T00:00:00Z',
    reason: async () => 'For another reason.',
  },
  rotateToken: {
    tokenId: anotherToken,
    overlapSeconds: async () => 0,
    expiresAt: async () => '2099-01-01T00:00:00Z',
  },
  revokeToken: { tokenId: anotherToken, reason: async () => 'For another reason.' },
  approveCut: {
    entryId: async (on) => (await reviewedByAnother(on)).entryId,
    manifestDigest: async () => `sha256:${'2'.repeat(64)}`,
    expiresAt: async () => inHours(5),
  },
  revokeCutApproval: {
    approvalId: async (on) => await approvedCut(on),
    reason: async () => 'For another reason.',
  },
  changeRules: { rules: async () => otherRules(), reason: async () => 'For another reason.' },
};

async function anotherToken(on: TestServer): Promise<string> {
  return (await issuedToken(on)).tokenId;
}

describe.each(VERBS)('%s, its key used again with other content', (verb) => {
  test.each(Object.keys(OTHER[verb]))('is refused, and %s is named', async (field) => {
    // A verdict's own times go with one verdict alone; without them the verdict can differ by itself.
    const plain = verb === 'review' && field === 'verdict' ? { expiresAt: null } : {};
    const example = await EXAMPLES[verb](server);
    await perform(server, example, plain);
    const other = await OTHER[verb][field]!(server);
    const before = await fingerprint(server);
    const answer = await perform(server, example, { ...plain, [field]: other });
    expect(answer).toMatchObject({
      __typename: 'IdempotencyConflict',
      guard: verb === 'mark' ? 'G-MARK-IDEM' : null,
      retryable: false,
      problems: [{ path: ['input', field], code: 'differs' }],
    });
    expect(answer.problems).toHaveLength(1);
    expect(await fingerprint(server)).toBe(before);
  });

  test('an absent field differs from a given one', async () => {
    const optional = { registerSource: 'title', mark: 'scenarioRef', review: 'rationale' } as Record<
      string,
      string
    >;
    const field = optional[verb];
    if (field === undefined) return;
    const example = await EXAMPLES[verb](server);
    await perform(server, example);
    const answer = await perform(server, example, { [field]: null });
    expect(answer.__typename).toBe('IdempotencyConflict');
    expect(places(answer)).toEqual([`input.${field}`]);
  });
});

test('a deferral with another notBefore is another review', async () => {
  const example = await EXAMPLES.review(server);
  const deferral = { verdict: 'DEFER', expiresAt: null, notBefore: '2099-01-01T00:00:00Z' };
  await perform(server, example, deferral);
  expect(
    await perform(server, example, { ...deferral, notBefore: '2099-01-01T01:00:00+01:00' }),
  ).toMatchObject({
    replayed: true,
  });
  const answer = await perform(server, example, { ...deferral, notBefore: '2098-01-01T00:00:00Z' });
  expect(places(answer)).toEqual(['input.notBefore']);
});

test('several fields that differ are each named', async () => {
  const example = await EXAMPLES.review(server);
  await perform(server, example);
  const answer = await perform(server, example, { riskClass: 'HIGH', rationale: 'Another.' });
  expect(places(answer)).toEqual(['input.riskClass', 'input.rationale']);
});

test('another spelling of the same content is the same content', async () => {
  const mark = await EXAMPLES.mark(server);
  await perform(server, mark);
  const { sourceId, blockedBy } = mark.input as { sourceId: string; blockedBy: string[] };
  const spelled = {
    sourceId: sourceId.toUpperCase(),
    cutSpec: { profile: 'markdown@3' },
    blockedBy: [...blockedBy, ...blockedBy],
  };
  expect(await perform(server, mark, spelled)).toMatchObject({ replayed: true });

  const review = await EXAMPLES.review(server);
  await perform(server, review, { findings: { a: 1, b: [2] } });
  const other = { findings: { b: [2.0], a: 1 }, expiresAt: '2099-01-01T02:00:00.000000+02:00' };
  expect(await perform(server, review, other)).toMatchObject({ replayed: true });

  const sweep = await EXAMPLES.sweep(server);
  await perform(server, sweep, { limit: 1000 });
  expect(await perform(server, sweep, { limit: 2_000_000 })).toMatchObject({ replayed: true });
});

test('the same bytes under the same document code are one source, whatever the key', async () => {
  const example = await EXAMPLES.registerSource(server);
  const first = await perform(server, { ...example, success: `${example.success} position` });
  const bytes = Buffer.from((example.input['content'] as { text: string }).text).toString('base64');
  const other = { idempotencyKey: fresh('another'), content: { base64: bytes } };
  const again = await perform(server, { ...example, success: `${example.success} position` }, other);
  expect(again).toEqual({ ...first, replayed: true, rows: [] });
});

test('one key serves one call of each verb: verbs do not share their keys', async () => {
  const key = fresh('shared');
  for (const verb of VERBS) {
    const example = await EXAMPLES[verb](server);
    expect(await perform(server, example, { idempotencyKey: key }), verb).toMatchObject({ replayed: false });
  }
});

test('a key of 200 characters of any script is taken whole', async () => {
  const example = await EXAMPLES.mark(server);
  const key = `${'ключ-鍵-🔑'.repeat(30)}`.slice(0, 200);
  const first = await perform(server, example, {
    idempotencyKey: key.isWellFormed() ? key : key.slice(0, 199),
  });
  expect(first).toMatchObject({ __typename: 'MarkSuccess', replayed: false });
});

test('a failed verification is replayed with its findings, and written once', async () => {
  const made = await wasCut(server);
  await server.superuser.query(
    `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
    [made.changeSetId],
  );
  const first = await verifyCut(server, made);
  expect(first).toMatchObject({ replayed: false, result: { verdict: 'FAIL' } });
  const before = await fingerprint(server);
  expect(await verifyCut(server, made)).toEqual({ ...first, replayed: true, rows: [] });
  expect(await fingerprint(server)).toBe(before);
});

describe('the rows of each phase', () => {
  /** What a call added, by table without the governance schema, which its own `rows` must say alike. */
  async function counted(
    example: Omit<Example, 'success'>,
  ): Promise<{ rows: Record<string, number>; answer: Loose }> {
    let answer: Loose;
    const rows = await added(server, async () => {
      answer = await perform(server, { ...example, success: '' });
    });
    const ledger = Object.entries(rows).filter(([table]) => !table.startsWith('cutter_log.'));
    const plain = Object.fromEntries(
      ledger.map(([table, n]) => [table.replace('cutter_governance.', ''), n]),
    );
    const said = answer.rows.filter((row: Loose) => row.inserted > 0);
    expect(plain).toEqual(Object.fromEntries(said.map((row: Loose) => [row.table, row.inserted])));
    expect(rows['cutter_log.pending and log']).toBe(1);
    return { rows: plain, answer };
  }

  const example = (verb: Example['verb'], who: Example['who'], input: object): Omit<Example, 'success'> => ({
    verb,
    who,
    input: { idempotencyKey: fresh('phase'), ...input },
  });

  /** Takes a document through all phases; nothing else may wait for a sweep. */
  async function phases(text: string) {
    const name = fresh('counted');
    const source = await counted(example('registerSource', 'marker', { docCode: name, content: { text } }));
    const { rows } = await server.superuser.query(
      'select source_id from cutter_source.source where doc_code = $1',
      [name],
    );
    const cutSpec = { profile: 'markdown' };
    const mark = example('mark', 'marker', { sourceId: rows[0].source_id, cutSpec, signalSource: 'test' });
    const marking = await counted(mark);
    const entryId = (await call(server, server.tokens.marker, 'mark', mark.input, 'entry { entryId }')).entry
      .entryId;
    const sweeping = await counted(example('sweep', 'marker', {}));
    const plan = await server.gql(
      server.tokens.reviewer,
      'query ($e: UUID) { planCut(entryId: $e) { ... on Plan { manifestDigest units(first: 100) { nodes { address } } } } }',
      { e: entryId },
    );
    const { manifestDigest, units } = plan.body.data.planCut;
    const reviewing = await counted(
      example('review', 'reviewer', { entryId, verdict: 'APPROVE', manifestDigest }),
    );
    const cutting = example('cut', 'executor', { entryId, manifestDigest });
    const cut = await counted(cutting);
    const { changeSet } = await call(
      server,
      server.tokens.executor,
      'cut',
      cutting.input,
      'changeSet { changeSetId }',
    );
    const verify = await counted(example('verify', 'verifier', { changeSetId: changeSet.changeSetId }));
    const records: number = units.nodes.length;
    const born = units.nodes.filter((unit: Loose) => unit.address !== null).length as number;
    return {
      entryId,
      records,
      born,
      source: source.rows,
      mark: marking.rows,
      sweep: sweeping.rows,
      review: reviewing.rows,
      cut: cut.rows,
      verify: verify.rows,
    };
  }

  test('a document of one unit leaves 15 ledger rows, five of them history', async () => {
    await sweepAll(server);
    const before = await rowCounts(server);
    const done = await phases('# One\n\nAll of it.\n');
    expect(done).toMatchObject({ records: 1, born: 1, source: { 'cutter_source.source': 1 } });
    expect(done.mark).toEqual({ decision_backlog_entry: 1, decision_backlog_history: 1 });
    expect(done.sweep).toEqual({ decision_backlog_history: 1, decision_backlog_sweep_log: 1 });
    expect(done.review).toEqual({
      manifest_envelope: 1,
      manifest_unit_block: 1,
      review_decision: 1,
      decision_backlog_history: 1,
    });
    expect(done.cut).toEqual({
      dot_pair_signature: 1,
      cut_change_set: 1,
      cut_change_set_affected_row: 1,
      decision_backlog_history: 1,
      'public.information_unit': 1,
      'public.unit_version': 1,
    });
    expect(done.verify).toEqual({ dot_pair_signature: 1, verify_result: 1, decision_backlog_history: 1 });

    const after = await rowCounts(server);
    const inLedger = Object.keys(after).filter((table) => table.startsWith('cutter_governance.'));
    expect(inLedger.reduce((sum, table) => sum + after[table]! - before[table]!, 0)).toBe(15);
    const { rows } = await server.superuser.query(
      'select change_kind from cutter_governance.decision_backlog_history where entry_id = $1 order by changed_at',
      [done.entryId],
    );
    expect(rows.map((row) => row.change_kind)).toEqual([
      'mark',
      'sweep_promote',
      'review:approve',
      'cut',
      'verify:pass',
    ]);
  });

  test('a document of U records and A units leaves U blocks, A affected rows, A units and A versions', async () => {
    const done = await phases('---\na: b\n---\n\n# Head\n\nLead.\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n');
    expect(done.records).toBeGreaterThan(done.born);
    expect(done.review['manifest_unit_block']).toBe(done.records);
    expect(done.cut).toMatchObject({
      cut_change_set_affected_row: done.born,
      'public.information_unit': done.born,
      'public.unit_version': done.born,
    });
  });
});
