import { beforeAll, describe, expect, test, vi } from 'vitest';
import type * as SpanChecks from '../../src/document/span-checks.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { call, fresh, type Loose, manifestOf, reviewed, sweepAll, verifyCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/** Whether parents may come in any order, as in versions before this rule. */
let isEarlierVersion = false;
vi.mock('../../src/document/span-checks.ts', async (actual) => {
  const { nestingProblems, ...others } = await actual<typeof SpanChecks>();
  const judged: typeof nestingProblems = (spans) => (isEarlierVersion ? [] : nestingProblems(spans));
  return { ...others, nestingProblems: judged };
});

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TEXT = '# Luật\n\nMột.\n';
const bytes = Buffer.from(TEXT);
const MIDDLE = Buffer.byteLength('# Luật\n\n');

interface Spans {
  readonly sourceId: string;
  readonly input: Loose;
}

/** A source and a mark of it by two spans, with something said about each. */
async function spansWith(first: object, second: object): Promise<Spans> {
  const docCode = fresh('spans');
  const registered = await call(
    server,
    server.tokens.marker,
    'registerSource',
    { idempotencyKey: `s:${docCode}`, docCode, content: { text: TEXT } },
    'source { sourceId }',
  );
  const span = { kind: 'section', sectionType: 'section' };
  const units = [
    { ...span, localId: 'a', start: 0, end: MIDDLE, address: docCode, ...first },
    { ...span, localId: 'b', start: MIDDLE, end: bytes.length, address: `${docCode}/b`, ...second },
  ];
  const { sourceId } = registered.source;
  const input = { idempotencyKey: `m:${docCode}`, sourceId, signalSource: 'test', cutSpec: { units } };
  return { sourceId, input };
}

const mark = (input: Loose): Promise<Loose> =>
  call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');

describe('spans that say what they hold', () => {
  test('are marked, and repeated, where it is so', async () => {
    const sha256 = digestOf(bytes.subarray(MIDDLE));
    const { input } = await spansWith({ quote: '# Luật\n\n' }, { sha256 });
    const first = await mark(input);
    expect(first).toMatchObject({ __typename: 'MarkSuccess', replayed: false });
    expect(await mark(input)).toMatchObject({ replayed: true, entry: first.entry });
    const others = structuredClone(input);
    delete others.cutSpec.units[1].sha256;
    expect(await mark(others)).toMatchObject({ __typename: 'IdempotencyConflict' });
  });

  test("are CoverageBroken where it isn't", async () => {
    const { input } = await spansWith({ quote: '# Luật\n' }, { sha256: digestOf(bytes) });
    expect(await mark(input)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [
        { path: ['cutSpec', 'units', '0', 'quote'], code: 'quote_differs' },
        { path: ['cutSpec', 'units', '1', 'sha256'], code: 'sha256_differs' },
      ],
    });
    const { input: malformed } = await spansWith({ sha256: 'x' }, {});
    expect(await mark(malformed)).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['input', 'cutSpec', 'units', '0', 'sha256'] }],
    });
  });
});

describe('a parent behind its child', () => {
  test('is shown by planCut and refused by MARK', async () => {
    const { sourceId, input } = await spansWith({ parentLocalId: 'b' }, {});
    const { body } = await server.gql(
      server.tokens.reviewer,
      `query ($sourceId: UUID, $cutSpec: CutSpecInput) { planCut(sourceId: $sourceId, cutSpec: $cutSpec) {
        ... on Plan { problems { path code severity } coverage { longUnits excludedTextBytes unmarkedNumbers } } } }`,
      { sourceId, cutSpec: input.cutSpec },
    );
    expect(body.data.planCut).toEqual({
      problems: [
        { path: ['cutSpec', 'units', '0', 'parentLocalId'], code: 'parent_after_child', severity: 'ERROR' },
      ],
      coverage: { longUnits: 0, excludedTextBytes: 0, unmarkedNumbers: 0 },
    });
    expect(await mark(input)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'parent_after_child' }],
    });
  });

  test('that was marked before is refused by REVIEW; that was approved before is cut and verified', async () => {
    const [pending, approved] = [
      await spansWith({ parentLocalId: 'b' }, {}),
      await spansWith({ parentLocalId: 'b' }, {}),
    ];
    isEarlierVersion = true;
    const { entryId } = (await mark(pending.input)).entry;
    const entry = (await mark(approved.input)).entry;
    const made = await reviewed(server, 'APPROVE', { name: fresh(), sourceId: approved.sourceId, ...entry });
    isEarlierVersion = false;

    // A server that has made no plan yet, as after an upgrade.
    const upgraded = await testServer({ database: server.database });
    await sweepAll(upgraded);
    const refused = await call(upgraded, upgraded.tokens.reviewer, 'review', {
      idempotencyKey: fresh('review'),
      entryId,
      verdict: 'APPROVE',
      manifestDigest: await manifestOf(upgraded, entryId),
    });
    expect(refused).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'parent_after_child' }],
    });
    const cut = await call(
      upgraded,
      upgraded.tokens.executor,
      'cut',
      { idempotencyKey: fresh('cut'), entryId: made.entryId, manifestDigest: made.manifestDigest },
      'changeSet { changeSetId }',
    );
    expect(cut).toMatchObject({ __typename: 'CutSuccess' });
    const verdict = await verifyCut(upgraded, { name: made.name, changeSetId: cut.changeSet.changeSetId });
    expect(verdict).toMatchObject({ entry: { status: 'VERIFIED_COMPLETE' }, findings: [] });
  });
});
