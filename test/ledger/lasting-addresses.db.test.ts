import { beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose, marked, reviewed, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/* Addresses last, seen through the public API: what the plan of an amendment does, and that its cut passes. */

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

async function plannedUnits(entryId: string): Promise<Record<string, string>> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan {
      units(first: 200) { nodes { address action text label } } } } }`,
    { entryId },
  );
  const units: Loose[] = body.data.planCut.units.nodes;
  const named = units.filter(({ address }) => address !== null);
  return Object.fromEntries(named.map(({ address, action }) => [address.split('/').at(-1), action]));
}

async function amended(before: string, ...after: readonly string[]) {
  const name = fresh('lasting');
  await verified(server, await marked(server, name, { text: before }));
  const plans: Record<string, string>[] = [];
  for (const [at, text] of after.entries()) {
    const entry = await marked(server, `${name}-${at}`, { docCode: name, text });
    plans.push(await plannedUnits(entry.entryId));
    expect((await verified(server, entry)).verdict.result.verdict).toBe('PASS');
  }
  return { name, plans };
}

describe('an amendment', () => {
  test('by an annex with a title of its own is one birth', async () => {
    const { name, plans } = await amended('# L\n\n## A\n\nx\n', '# L\n\n## A\n\nx\n# Annex\n\ny\n');
    expect(plans).toEqual([{ [name]: 'UNCHANGED', a: 'UNCHANGED', annex: 'BIRTH' }]);
  });

  test('by a new section of an old name, before the old one, is one birth; each keeps its address from then on', async () => {
    const first = '# P\n\n## A\n\nx\n\n## Scope\n\nOld.\n\n## Z\n\nz\n';
    const second = '# P\n\n## Scope\n\nNew.\n\n## A\n\nx\n\n## Scope\n\nOld.\n\n## Z\n\nz\n';
    const third = second.replace('New.', 'Newer.');
    const fourth = '# P\n\n## A\n\nx\n\n## Scope\n\nOld.\n\n## Z\n\nz\n';
    const { name, plans } = await amended(first, second, third, fourth, second);
    const same = { [name]: 'UNCHANGED', a: 'UNCHANGED', z: 'UNCHANGED', scope: 'UNCHANGED' };
    expect(plans).toEqual([
      { ...same, 'scope~2': 'BIRTH' },
      { ...same, 'scope~2': 'VERSION' },
      { ...same, 'scope~2': 'VANISHED' },
      // The text of the first of its versions isn't that of its last: another section.
      { ...same, 'scope~3': 'BIRTH' },
    ]);
  });

  test('that moves a section, within its part and to another one, keeps addresses', async () => {
    const parts = (one: string, two: string) => `# P\n\n## A\n\n${one}## B\n\n${two}## End\n\nend\n`;
    const [s, t, u] = ['S', 'T', 'U'].map((title) => `### ${title}\n\nText of ${title}.\n\n`) as [
      string,
      string,
      string,
    ];
    const { name, plans } = await amended(parts(s + t, u), parts(t + s, u), parts(t, u + s));
    const same = Object.fromEntries(
      [name, 'a', 'b', 's', 't', 'u', 'end'].map((unit) => [unit, 'UNCHANGED']),
    );
    expect(plans).toEqual([same, { ...same, s: 'VERSION' }]);
  });

  test('of a section’s number is one that vanishes and one that is born', async () => {
    const { plans } = await amended('# P\n\n## § 5 Five\n\nText.\n', '# P\n\n## § 6 Five\n\nText.\n');
    expect(plans[0]).toMatchObject({ 'p-5': 'VANISHED', 'p-6': 'BIRTH' });
  });
});

test('a plan that was approved against another base is stale', async () => {
  const name = fresh('base');
  const text = '# P\n\n## A\n\nx\n\n## B\n\ny\n';
  const early = await reviewed(server, 'APPROVE', await marked(server, name, { text }));
  await verified(server, await marked(server, `${name}-b`, { docCode: name, text: '# Q\n\n## C\n\nz\n' }));
  const cut = await call(server, server.tokens.executor, 'cut', {
    idempotencyKey: `late-${name}`,
    entryId: early.entryId,
    manifestDigest: early.manifestDigest,
  });
  expect(cut).toMatchObject({ __typename: 'PlanStale' });
});

test('a unit is shown as it is cited', async () => {
  const name = fresh('cited');
  await verified(
    server,
    await marked(server, name, { text: '# P\n\n## § 12a Bees\n\nx\n\n## Hives\n\ny\n' }),
  );
  const { body } = await server.gql(
    server.tokens.reviewer,
    'query ($docCode: String!) { units(filter: { docCode: $docCode }) { nodes { address label } } }',
    { docCode: name },
  );
  expect(body.data.units.nodes).toEqual([
    { address: name, label: [] },
    { address: `${name}/p-12a`, label: ['§ 12a'] },
    { address: `${name}/hives`, label: [] },
  ]);
});
