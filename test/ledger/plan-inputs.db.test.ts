import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Loose } from '../harness/cycle.ts';
import { BAD_UUIDS } from './bad-inputs.ts';
import { inputGround } from './input-ground.ts';

const ground = inputGround();

describe('planCut and reconstruct', () => {
  const plan = async (args: string) => {
    const query = `{ planCut(${args}) { __typename ... on Refusal { problems { path code } } ... on Plan { problems { code } } } }`;
    return (await ground.server.gql(ground.server.tokens.reviewer, query)).body.data.planCut;
  };
  const rebuilt = async (id: string) => {
    const query = `{ reconstruct(changeSetId: ${JSON.stringify(id)}) { __typename ... on Refusal { problems { path code } } } }`;
    return (await ground.server.gql(ground.server.tokens.reviewer, query)).body.data.reconstruct;
  };

  test('take no bad ids', async () => {
    for (const id of BAD_UUIDS.filter((each) => each.isWellFormed())) {
      expect(await plan(`entryId: ${JSON.stringify(id)}`)).toMatchObject({
        __typename: 'InvalidInput',
        problems: [{ path: ['entryId'] }],
      });
      expect(await rebuilt(id)).toMatchObject({
        __typename: 'InvalidInput',
        problems: [{ path: ['changeSetId'] }],
      });
    }
  });

  test('say NotFound of unknown ids', async () => {
    expect(await plan(`entryId: "${randomUUID()}"`)).toMatchObject({ __typename: 'NotFound' });
    expect(await plan(`sourceId: "${randomUUID()}", cutSpec: { profile: "markdown" }`)).toMatchObject({
      __typename: 'NotFound',
      problems: [{ path: ['sourceId'] }],
    });
    expect(await rebuilt(randomUUID())).toMatchObject({ __typename: 'NotFound' });
  });

  test('planCut wants an entry, or a source with a cutSpec', async () => {
    const { entryId } = ground.examples.review.input;
    const { sourceId } = ground.examples.mark.input;
    for (const args of [
      'first: 1',
      `sourceId: "${sourceId}"`,
      'cutSpec: { profile: "markdown" }',
      `entryId: "${entryId}", sourceId: "${sourceId}"`,
      `entryId: "${entryId}", cutSpec: { profile: "markdown" }`,
    ].slice(1))
      expect((await plan(args)).__typename).toBe('InvalidInput');
  });

  test('planCut shows the problems of a plan that would be refused', async () => {
    const { sourceId } = ground.examples.mark.input;
    const units =
      '[{ localId: "a", start: 0, end: 3, kind: "section", sectionType: "section", address: "x/a" }]';
    const shown = await plan(`sourceId: "${sourceId}", cutSpec: { units: ${units} }`);
    expect(shown.problems.map((problem: Loose) => problem.code)).toContain('bytes_left_out');
  });
});
