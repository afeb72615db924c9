import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { call, type Loose } from '../harness/cycle.ts';
import { places, VERBS } from '../harness/examples.ts';
import { BAD, type BadField, longText, spanWith, UNHOLDABLE } from './bad-inputs.ts';
import { inputGround } from './input-ground.ts';

const ground = inputGround();

describe.each(VERBS)('%s takes no bad input', (verb) => {
  const keys: BadField = [
    'idempotencyKey',
    ['', ' ', '\t\n', longText(201), 'compensate:x', 'escalate:x', ...UNHOLDABLE],
  ];
  const fields: readonly BadField[] = [keys, ...BAD[verb]];

  const cases = fields.map(([field, values, place = `input.${field}`]) => ({ field, values, place }));
  test.each(cases)('at $place', async ({ field, values, place }) => {
    for (const value of values) {
      const answer = await ground.send(verb, { [field]: value });
      const said = [JSON.stringify(value)?.slice(0, 100), answer.__typename, places(answer)];
      expect(said).toEqual([JSON.stringify(value)?.slice(0, 100), 'InvalidInput', [place]]);
      expect(answer).toMatchObject({ retryable: false, guard: null });
      // One full stop, and no step of the place alone.
      for (const problem of answer.problems) expect(problem.message).toMatch(/^[^\d].*\S \S.*[^.]\.$/su);
    }
    await ground.expectUnchanged();
  });

  test('several faults are told at once, each by its place', async () => {
    const plain = fields.filter(([, , place]) => place === undefined).slice(0, 2);
    const bad = Object.fromEntries(plain.map(([field, values]): [string, unknown] => [field, values[0]]));
    const answer = await ground.send(verb, bad);
    expect(places(answer).sort()).toEqual(
      Object.keys(bad)
        .map((field) => `input.${field}`)
        .sort(),
    );
  });
});

describe('input that belongs together', () => {
  test('an entry has no edge to itself', async () => {
    const { fromEntryId } = ground.examples.declareDependency.input;
    const answer = await ground.send('declareDependency', { toEntryId: String(fromEntryId).toUpperCase() });
    expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.toEntryId']]);
  });

  test('notBefore goes with DEFER alone, expiresAt with APPROVE alone', async () => {
    const time = '2099-01-01T00:00:00Z';
    for (const verdict of ['APPROVE', 'REJECT']) {
      const answer = await ground.send('review', { verdict, expiresAt: null, notBefore: time });
      expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.notBefore']]);
    }
    for (const verdict of ['REJECT', 'DEFER']) {
      const answer = await ground.send('review', { verdict, expiresAt: time });
      expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.expiresAt']]);
    }
  });
});

describe('unknown ids are NotFound, and their place is named', () => {
  const UNKNOWN: readonly (readonly [Verb, Record<string, unknown>, string])[] = [
    ['mark', { sourceId: randomUUID() }, 'input.sourceId'],
    ['mark', { blockedBy: [randomUUID()] }, 'input.blockedBy.0'],
    ['declareDependency', { fromEntryId: randomUUID() }, 'input.fromEntryId'],
    ['declareDependency', { toEntryId: randomUUID() }, 'input.toEntryId'],
    ['review', { entryId: randomUUID() }, 'input.entryId'],
    ['cut', { entryId: randomUUID() }, 'input.entryId'],
    ['verify', { changeSetId: randomUUID() }, 'input.changeSetId'],
    ['abandon', { entryId: randomUUID() }, 'input.entryId'],
  ];
  test.each(UNKNOWN)('%s %j', async (verb, other, place) => {
    const answer = await ground.send(verb, other);
    expect([answer.__typename, places(answer)]).toEqual(['NotFound', [place]]);
    await ground.expectUnchanged();
  });

  test('an entry that would block itself by its own key is not there yet', async () => {
    const { marker } = ground.server.tokens;
    const dry = { ...ground.examples.mark.input, dryRun: true };
    const { entry } = await call(ground.server, marker, 'mark', dry, 'entry { entryId }');
    const answer = await ground.send('mark', { blockedBy: [entry.entryId] });
    expect([answer.__typename, places(answer)]).toEqual(['NotFound', ['input.blockedBy.0']]);
    await ground.expectUnchanged();
  });
});

test('a problem names the whole place, in a sentence with one full stop', async () => {
  const said = async (verb: Verb, other: Record<string, unknown>) => {
    const { message, problems } = await ground.send(verb, other);
    expect(message.startsWith(`The input can't be taken: ${problems[0].message}`)).toBe(true);
    return problems.map((problem: Loose) => problem.message);
  };
  const uuid = 'must be a UUID: 8-4-4-4-12 hexadecimal digits.';
  expect(await said('mark', { blockedBy: [randomUUID(), 'x'] })).toEqual([`blockedBy[1] ${uuid}`]);
  expect(await said('mark', { cutSpec: spanWith({ kind: '' }) })).toEqual([
    'cutSpec.units[0].kind must not be empty.',
  ]);
  expect(await said('mark', { sourceId: 'x', signalSource: '' })).toEqual([
    `sourceId ${uuid}`,
    'signalSource must not be blank.',
  ]);
  expect(await said('review', { rationale: ' ' })).toEqual(['rationale must not be blank.']);
  expect(await said('review', { findings: { list: [1, { 'two words': '\ud800' }] } })).toEqual([
    'findings.list[1]["two words"]: The text holds half of a surrogate pair, which is no character.',
  ]);
  expect(await said('review', { findings: 'a\0b' })).toEqual([
    'findings: The text holds a NUL character (U+0000), which PostgreSQL cannot store.',
  ]);
  const deep = await said('review', { findings: { [longText(100_000)]: '\ud800' } });
  expect(deep[0].length).toBeLessThan(300);
});

test('after all of this every example is still to be done, and succeeds', async () => {
  for (const verb of VERBS)
    expect(await ground.send(verb, { dryRun: true }), verb).toMatchObject({ replayed: false, dryRun: true });
  await ground.expectUnchanged();
});
