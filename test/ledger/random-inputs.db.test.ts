import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { call, fresh, type Loose, sampleText, verified } from '../harness/cycle.ts';
import { VERBS } from '../harness/examples.ts';
import type { Answer } from '../harness/server.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';
import { BAD, BAD_DIGESTS, BAD_TIMES, BAD_UUIDS } from './bad-inputs.ts';
import { inputGround, isCallersOwn } from './input-ground.ts';

vi.setConfig({ testTimeout: RUNS_HUNDREDS_OF_ROUNDS_MS });

const ground = inputGround();

describe('random input', () => {
  /** Text with everything in it, halves of surrogate pairs too. */
  const anyText = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
      .map((units) => String.fromCharCode(...units)),
    fc.constantFrom(
      ...BAD_UUIDS,
      ...BAD_DIGESTS,
      ...BAD_TIMES,
      'true',
      '0',
      "'; drop table x; --",
      '\\',
      '%',
      '\u202e',
    ),
    fc.uuid(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const anyValue: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 6, arbitrary: anyText },
    { weight: 2, arbitrary: fc.integer() },
    { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}) },
    { weight: 1, arbitrary: fc.array(anyText, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.record({ text: anyText }) },
    { weight: 1, arbitrary: fc.record({ base64: fc.oneof(anyText, fc.base64String()) }) },
    { weight: 1, arbitrary: fc.record({ profile: anyText }) },
    {
      weight: 1,
      arbitrary: fc
        .array(
          fc.record({
            localId: anyText,
            start: fc.integer({ min: -2, max: 100 }),
            end: fc.integer({ min: -2, max: 100 }),
            kind: fc.constantFrom('section', 'document', 'x'),
            sectionType: fc.constantFrom('section', 'title', 'x'),
            address: anyText,
          }),
          { maxLength: 4 },
        )
        .map((units) => ({ units })),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 6 }).map((text) => JSON.parse(text)) },
  );
  /** Data, or an error that is the caller's own; never a defect. */
  function judge(verb: string, { body }: Answer): void {
    for (const error of body.errors ?? []) expect(isCallersOwn(error)).toBe(true);
    if (body.errors === undefined) expect(typeof body.data?.[verb].__typename).toBe('string');
  }

  test('random times are taken as they are or refused, and never break the database', async () => {
    const digits = (most: number, width: number) =>
      fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(width, '0'));
    const time = fc
      .tuple(
        digits(9999, 4),
        digits(13, 2),
        digits(32, 2),
        digits(25, 2),
        digits(61, 2),
        digits(61, 2),
        digits(25, 2),
        fc.nat(9_999_999),
      )
      .map(([y, mo, d, h, mi, s, zone, micros]) => [
        `${y}-${mo}-${d}T${h}:${mi}:${s}Z`,
        `${y}-${mo}-${d}T${h}:${mi}:${s}.${micros}+${zone}:30`,
      ]);
    await fc.assert(
      fc.asyncProperty(time, async (spellings) => {
        for (const notBefore of spellings) {
          const input = {
            ...ground.examples.review.input,
            verdict: 'DEFER',
            expiresAt: null,
            dryRun: true,
            notBefore,
          };
          const answer = await ground.ask('review', input);
          judge('review', answer);
          expect(['ReviewSuccess', 'InvalidInput']).toContain(answer.body.data.review.__typename);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a few hundred calls with random fields answer data or an error of the caller, never a defect', async () => {
    const fieldsOf = (verb: Verb) => [...new Set(['idempotencyKey', ...BAD[verb].map(([field]) => field)])];
    const calls = fc.constantFrom(...VERBS).chain((verb) =>
      fc.tuple(
        fc.constant(verb),
        fc.dictionary(fc.constantFrom(...fieldsOf(verb)), anyValue, {
          minKeys: 1,
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ([verb, other]) => {
        judge(verb, await ground.ask(verb, { ...ground.examples[verb].input, ...other }));
      }),
      { numRuns: 500 },
    );
  });

  test('random documents are refused, or go all the way and come back byte for byte', async () => {
    const starts = [
      '# ',
      '## ',
      '###### ',
      '- ',
      '> ',
      '```',
      '---',
      '    ',
      '[a]: ',
      '<b>',
      '| a |',
      '§ 1 ',
      '1. ',
    ];
    const line = fc.oneof(
      anyText,
      fc.tuple(fc.constantFrom(...starts), anyText).map((parts) => parts.join('')),
    );
    const documents = fc
      .tuple(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\u2028'),
      )
      .map(([lines, end]) => lines.join(end));
    let [refused, complete] = [0, 0];
    await fc.assert(
      fc.asyncProperty(documents, async (text) => {
        const docCode = fresh('random');
        const answer = await ground.ask('registerSource', {
          idempotencyKey: docCode,
          docCode,
          content: { text },
        });
        judge('registerSource', answer);
        if (answer.body.data.registerSource.__typename === 'InvalidInput') {
          expect(text === '' || text.includes('\0') || !text.isWellFormed()).toBe(true);
          refused += 1;
        } else if (await goesAllTheWay(docCode, text)) complete += 1;
        else refused += 1;
      }),
      { numRuns: 60 },
    );
    expect(complete).toBeGreaterThan(0);
    expect(refused + complete).toBeGreaterThanOrEqual(60);
  });

  /** False where its marking is refused, as that of a blank document is, or of one that is front matter alone. */
  async function goesAllTheWay(docCode: string, text: string): Promise<boolean> {
    const source = { idempotencyKey: docCode, docCode, content: { text } };
    const { sourceId } = (
      await call(ground.server, ground.server.tokens.marker, 'registerSource', source, 'source { sourceId }')
    ).source;
    const mark = {
      idempotencyKey: docCode,
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'fuzz',
    };
    const marking = await call(ground.server, ground.server.tokens.marker, 'mark', mark, 'entry { entryId }');
    if (marking.__typename === 'CoverageBroken') {
      expect(marking.problems.map((problem: Loose) => problem.code)).toEqual(['no_units']);
      return false;
    }
    const made = await verified(ground.server, { name: docCode, sourceId, entryId: marking.entry.entryId });
    expect(made.verdict).toMatchObject({
      result: { verdict: 'PASS' },
      entry: { status: 'VERIFIED_COMPLETE' },
    });
    const query = `{ reconstruct(changeSetId: "${made.changeSetId}") { ... on Reconstruction { text matchesSource } } }`;
    const { body } = await ground.server.gql(ground.server.tokens.verifier, query);
    expect(body.data.reconstruct).toEqual({ text, matchesSource: true });
    return true;
  }

  test('what was stored can be read', async () => {
    const query =
      '{ entries(first: 200) { nodes { entryId status history { nodes { changeKind } } dependenciesTo { nodes { dependencyKind } } } } sweepPasses { nodes { sweepId } } }';
    const { body } = await ground.server.gql(ground.server.tokens.observer, query);
    expect(body.errors).toBeUndefined();
    expect(body.data.entries.nodes.length).toBeGreaterThan(0);
  });
});

test('a document of exactly the bytes it was given is kept: marks, controls and line ends', async () => {
  const name = fresh('exact');
  const text = `\ufeff${sampleText(name)}\r\n\u0001\u007f\u0085\u2028\ufffd e\u0301`;
  const input = { idempotencyKey: name, docCode: name, content: { text } };
  const answer = await call(
    ground.server,
    ground.server.tokens.marker,
    'registerSource',
    input,
    'source { byteLength }',
  );
  expect(answer.source.byteLength).toBe(Buffer.byteLength(text));
});
