import { describe, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { VERBS } from '../harness/examples.ts';
import { inputGround } from './input-ground.ts';

const ground = inputGround();

describe('JSON that hides something', () => {
  const review = (findings: string) => {
    const input = JSON.stringify({ ...ground.examples.review.input, findings: '@' });
    return ground.raw(
      'review',
      input.replace('"@"', () => findings),
    );
  };

  test.each([
    ['a member given twice', '{"a":1,"a":2}'],
    ['a member given twice in another spelling', '{"a":1,"\\u0061":2}'],
    ['digits that a double loses', '{"n":0.12345678901234567891}'],
    ['an integer beyond 2^53', '9007199254740993'],
    ['a number too large for a double', '{"n":1e400}'],
    ['nesting beyond what is stored', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['nesting of objects', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
  ])('%s is refused at the door', async (_, findings) => {
    const { status, body } = await review(findings);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.extensions['code']).toBe('BAD_JSON');
  });

  test.each([
    ['__proto__', '{"a":{"__proto__":{"b":1}}}'],
    ['an integer that neighbours round', '{"n":1e20}'],
    ['NUL', '"\\u0000"'],
    ['half a surrogate pair', '{"\\udc00":1}'],
  ])('%s is InvalidInput', async (_, findings) => {
    const { body } = await review(findings);
    expect(body.data?.review).toMatchObject({ __typename: 'InvalidInput' });
    expect(body.data?.review.problems[0].path.slice(0, 2)).toEqual(['input', 'findings']);
  });

  test('in a literal it is refused as well', async () => {
    const { entryId, manifestDigest } = ground.examples.review.input;
    for (const [findings, refused] of [
      ['{ __proto__: 1 }', 'InvalidInput'],
      ['{ n: 9007199254740993 }', 'InvalidInput'],
      ['{ n: 1e400 }', 'InvalidInput'],
      ['"\\u0000"', 'InvalidInput'],
      [`${'['.repeat(300)}${']'.repeat(300)}`, 'OPERATION_TOO_LARGE'],
    ]) {
      const query = `mutation { review(input: { idempotencyKey: "literal", entryId: "${entryId}", verdict: APPROVE,
        manifestDigest: "${manifestDigest}", dryRun: true, findings: ${findings} }) { __typename } }`;
      const { body } = await ground.server.gql(ground.server.tokens.reviewer, query);
      const outcome = body.errors?.[0]?.extensions['code'] ?? body.data.review.__typename;
      expect(outcome).toBe(refused);
    }
  });

  test('plain JSON of every kind is kept as it was', async () => {
    const findings = { a: [1, -0.5, 1e15, true, null, 'ü🔑', { '': [] }], 'z y': {} };
    const answer = await ground.send('review', { findings, dryRun: true });
    expect(answer.__typename).toBe('ReviewSuccess');
  });
});

describe('what GraphQL itself would refuse', () => {
  const uncoerced = (verb: Verb): unknown[] => {
    const { input } = ground.examples[verb];
    const field = Object.keys(input).find((name) => name !== 'idempotencyKey')!;
    return [
      null,
      [],
      'text',
      {},
      { ...input, idempotencyKey: null },
      { ...input, idempotencyKey: 7 },
      { ...input, dryRun: 'yes' },
      { ...input, dryRun: null },
      { ...input, unknown: 1 },
      { ...input, [field]: [[1]] },
    ];
  };

  test.each(VERBS)('%s: input of another shape is refused, with a place', async (verb) => {
    for (const input of uncoerced(verb)) {
      const { body } = await ground.ask(verb, input);
      expect(body.errors).toBeUndefined();
      expect(body.data?.[verb]).toMatchObject({ __typename: 'InvalidInput' });
      expect(body.data?.[verb].problems[0].path[0]).toBe('input');
    }
    await ground.expectUnchanged();
  });

  test('exactly one of the two ways to give content and cutSpec', async () => {
    for (const content of [{}, { text: 'a', base64: 'YQ==' }, { text: null }]) {
      const { body } = await ground.ask('registerSource', {
        ...ground.examples.registerSource.input,
        content,
      });
      expect(body.data?.registerSource.problems[0].path.slice(0, 2)).toEqual(['input', 'content']);
    }
    for (const cutSpec of [{}, { profile: 'markdown', units: [] }, { units: null }]) {
      const { body } = await ground.ask('mark', { ...ground.examples.mark.input, cutSpec });
      expect(body.data?.mark.problems[0].path.slice(0, 2)).toEqual(['input', 'cutSpec']);
    }
  });
});
