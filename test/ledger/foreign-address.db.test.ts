import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sweepAll,
  verified,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TEXT = 'Who may sign.\n';
const PROBLEMS = 'problems { path code message severity }';

async function registered(docCode: string): Promise<string> {
  const input = { idempotencyKey: `source:${docCode}`, docCode, content: { text: TEXT } };
  const { source } = await call(server, server.tokens.marker, 'registerSource', input, 'source { sourceId }');
  return source.sourceId;
}

const spanAt = (address: string) => ({
  units: [
    {
      localId: 'all',
      start: 0,
      end: Buffer.byteLength(TEXT),
      kind: 'section',
      sectionType: 'section',
      address,
    },
  ],
});

function mark(sourceId: string, cutSpec: object): Promise<Loose> {
  const input = { idempotencyKey: fresh('mark'), sourceId, cutSpec, signalSource: 'test' };
  return call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');
}

async function problemsOf(variables: Record<string, unknown>): Promise<Loose> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($sourceId: UUID, $entryId: UUID, $cutSpec: CutSpecInput) {
      planCut(sourceId: $sourceId, entryId: $entryId, cutSpec: $cutSpec) { ... on Plan { ${PROBLEMS} } } }`,
    variables,
  );
  return body.data.planCut.problems;
}

/** A unit as a version before this rule let it be born: of one document, at an address of another. */
async function bornAt(address: string, docCode: string): Promise<string> {
  const { name } = await wasCut(server);
  const unitId = randomUUID();
  await server.superuser.query(
    `insert into public.information_unit select ($1::uuid), $2, unit_kind, lifecycle_status, null, null, owner_ref, null,
       conformance_status, identity_profile, $3, section_type, section_code, sort_order, created_at, updated_at, created_by, updated_by, null
     from public.information_unit where canonical_address = $4`,
    [unitId, address, docCode, name],
  );
  return unitId;
}

describe('an address that does not begin with the code of its own document', () => {
  const foreign = (code: string) => [
    'gazette/section-1',
    'gazette',
    `${code}er/section-1`,
    `${code}-2`,
    `${code}~2/a`,
    `x/${code}/a`,
    `A${code}/a`,
  ];

  test('is refused where it is marked, with its place and the way out', async () => {
    const code = fresh('other');
    const sourceId = await registered(code);
    for (const address of foreign(code)) {
      const refused = await mark(sourceId, spanAt(address));
      expect(refused, address).toMatchObject({
        __typename: 'CoverageBroken',
        problems: [{ code: 'address_foreign', path: ['cutSpec', 'units', '0', 'address'] }],
      });
      expect(refused.message).toContain(`"${address}"`);
      expect(refused.message).toContain(`write "${code}/…"`);
    }
  });

  test('is an error of its plan', async () => {
    const code = fresh('other');
    expect(
      await problemsOf({ sourceId: await registered(code), cutSpec: spanAt('gazette/section-1') }),
    ).toMatchObject([{ code: 'address_foreign', severity: 'ERROR' }]);
  });

  test('may stand at what is excluded, which has none', async () => {
    const code = fresh('other');
    const half = { ...spanAt(code).units[0], end: 4 };
    const rest = {
      ...half,
      localId: 'rest',
      start: 4,
      end: TEXT.length,
      address: 'gazette',
      excludedBecause: 'a note',
    };
    expect((await mark(await registered(code), { units: [half, rest] })).__typename).toBe('MarkSuccess');
  });

  test.each([
    ['its code', ''],
    ['a path below its code', '/a'],
    ['a longer path', '/a/b/ä~2'],
  ])('is not %s', async (_, path) => {
    const code = fresh('own');
    expect((await mark(await registered(code), spanAt(`${code}${path}`))).__typename).toBe('MarkSuccess');
  });
});

describe('an address that another document holds from before', () => {
  test('is named by the plan, and refused by mark, review and cut: nobody is sent round in a circle', async () => {
    const [code, other] = [fresh('gazette'), fresh('holder')];
    const text = `# ${code}\n\n## Section 1\n\nWho may sign.\n`;
    const pending = await marked(server, `${code}-a`, { docCode: code, text });
    const approved = await reviewed(
      server,
      'APPROVE',
      await marked(server, `${code}-b`, { docCode: code, text: `${text}\n## Section 2\n\nx\n` }),
    );
    await sweepAll(server);
    const unitId = await bornAt(`${code}/section-1`, other);

    const [problem] = await problemsOf({ entryId: pending.entryId });
    expect(problem).toMatchObject({
      code: 'address_taken',
      severity: 'ERROR',
      path: ['records', 'u000001', 'address'],
    });
    for (const word of [`"${code}/section-1"`, unitId, `"${other}"`, 'another code'])
      expect(problem.message).toContain(word);

    const manifestDigest = await manifestOf(server, pending.entryId);
    const review = {
      idempotencyKey: fresh('review'),
      entryId: pending.entryId,
      verdict: 'APPROVE',
      manifestDigest,
    };
    expect(await call(server, server.tokens.reviewer, 'review', review)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'address_taken' }],
    });
    const cut = {
      idempotencyKey: fresh('cut'),
      entryId: approved.entryId,
      manifestDigest: approved.manifestDigest,
    };
    expect(await call(server, server.tokens.executor, 'cut', cut)).toMatchObject({
      __typename: 'CoverageBroken',
      message: expect.stringContaining(`"${other}"`),
    });
    expect(await mark(pending.sourceId, { profile: 'markdown' })).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'address_taken' }],
    });
  });

  test('is named by its holder also where the address is not this document’s', async () => {
    const [code, other] = [fresh('late'), fresh('holder')];
    await bornAt(`${code}/a`, other);
    expect(
      await problemsOf({ sourceId: await registered(fresh('third')), cutSpec: spanAt(`${code}/a`) }),
    ).toMatchObject([{ code: 'address_taken', message: expect.stringContaining(`"${other}"`) }]);
  });

  test('concerns nobody who does not need it', async () => {
    const [code, other] = [fresh('beside'), fresh('holder')];
    await bornAt(`${code}/elsewhere`, other);
    const made = await verified(server, await marked(server, code));
    expect(made.verdict).toMatchObject({ entry: { status: 'VERIFIED_COMPLETE' } });
  });

  test('is looked up in an index that holds such units alone', async () => {
    const { rows } = await server.superuser.query(
      `select indexdef from pg_indexes where indexname = 'information_unit_foreign_address_idx'`,
    );
    expect(rows[0].indexdef).toMatch(/WHERE \(split_part\(canonical_address, '\/'::text, 1\) <> doc_code\)/);
  });
});
