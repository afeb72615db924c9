import { createHash } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import { call, fresh, type Loose } from '../harness/cycle.ts';
import { freshWord, profileBody } from '../harness/registry.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';

/*
 * Spans and profiles as nobody should write them, through the API: each is taken as it is meant, or refused with a
 * place. What is taken is judged here once more, by a few lines of its own.
 */

vi.setConfig({ testTimeout: RUNS_HUNDREDS_OF_ROUNDS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** Values of every type and size that a field may be given. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '\u0000',
  '\u202e',
  '__proto__',
  'constructor',
  'x'.repeat(5_000),
  '(a+)+$',
  '(?=x)',
  '(?<code>x){1000}{1000}',
  '[',
  '\\',
  '{code}{code}{nothing}',
  'ſ',
  'а',
  '1',
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e300,
  [],
  {},
  [[[[[[]]]]]],
  [null],
  ['a', 'a'],
  { text: 'x' },
  { constructor: 'x' },
];

interface Span {
  localId: string;
  start: number;
  end: number;
  kind: string;
  sectionType: string;
  address: string;
  parentLocalId?: string;
  quote?: string;
  sha256?: string;
  excludedBecause?: string;
  [field: string]: unknown;
}

const TEXT = '# Größe 🐝 法\n\n§ 1 Ü\n\nEin Wort — noch eines.\r\n\u2028Ende e\u0301.\n';
const BYTES = Buffer.from(TEXT);
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Sound spans over the whole text: each ends where a character does. */
function soundSpans(random: Seeded, docCode: string): Span[] {
  const cuts = [...TEXT].map((_, at, all) => Buffer.byteLength(all.slice(0, at).join('')));
  const some = [...new Set([0, ...Array.from({ length: random.between(0, 5) }, () => random.pick(cuts))])];
  const starts = some.sort((a, b) => a - b);
  return starts.map((start, at) => {
    const end = starts[at + 1] ?? BYTES.length;
    const piece = BYTES.subarray(start, end);
    return {
      localId: `r${at}`,
      start,
      end,
      kind: 'section',
      sectionType: 'section',
      address: at === 0 ? docCode : `${docCode}/p${at}`,
      ...(random.between(0, 2) === 0 ? { quote: piece.toString('utf8') } : {}),
      ...(random.between(0, 2) === 0 ? { sha256: sha256(piece) } : {}),
      ...(random.between(0, 4) === 0 && at > 0 ? { excludedBecause: 'note' } : {}),
    };
  });
}

const FIELDS = [
  'localId',
  'start',
  'end',
  'kind',
  'sectionType',
  'address',
  'parentLocalId',
  'title',
  'excludedBecause',
  'quote',
  'sha256',
  'foo',
  'START',
];

/** A field's text, where an earlier mistake left one. */
const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** One thing that somebody could get wrong. */
const MISTAKES: readonly ((spans: Span[], random: Seeded, at: number) => void)[] = [
  (spans, random, at) => {
    spans[at]![random.pick(FIELDS)] = random.pick(HOSTILE);
  },
  (spans, random, at) => {
    delete spans[at]![random.pick(FIELDS)];
  },
  (spans, random, at) => {
    spans[at]!.start += random.pick([-1, 1, 2, 0.5, 1e9]);
  },
  (spans, random, at) => {
    spans[at]!.end += random.pick([-1, 1, 2, 0.5, 1e9]);
  },
  (spans, _, at) => {
    spans.splice(at, 1);
  },
  (spans, _, at) => {
    spans.splice(at, 0, { ...spans[at]! });
  },
  (spans) => {
    spans.reverse();
  },
  (spans, random, at) => {
    spans[at]!.parentLocalId = random.pick(spans).localId;
  },
  (spans, random, at) => {
    spans[at]!.localId = random.pick(spans).localId;
  },
  (spans, random, at) => {
    spans[at]!.address = random.pick(spans).address;
  },
  (spans, random, at) => {
    spans[at]!.quote = `${textIn(random.pick(spans).quote) ?? 'x'} `;
  },
  (spans, random, at) => {
    spans[at]!.sha256 = textIn(random.pick(spans).sha256)?.toUpperCase() ?? sha256(BYTES);
  },
  (spans, random, at) => {
    spans[at]!.address += random.pick(['\u200b', 'а', 'A', '/', ' ', '%', '\u202e', '/../x']);
  },
  // Characters are counted in the place of bytes.
  (spans) => {
    for (const span of spans) {
      span.start = [...BYTES.subarray(0, span.start).toString('utf8')].length;
      span.end = [...BYTES.subarray(0, span.end).toString('utf8')].length;
    }
  },
  // So they are, but for the end of the file.
  (spans) => {
    for (const span of spans) span.start = BYTES.subarray(0, span.start).toString('utf8').length;
    for (const [at, span] of spans.entries()) span.end = spans[at + 1]?.start ?? BYTES.length;
  },
];

/** Whether spans are sound, by a reader who knows the rules and none of the code. */
function areSound(spans: readonly Span[]): boolean {
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (!Number.isInteger(span.start) || !Number.isInteger(span.end)) return false;
    const piece = BYTES.subarray(span.start, span.end);
    if (span.start !== at || span.end <= at || span.end > BYTES.length) return false;
    if (!Buffer.from(piece.toString('utf8')).equals(piece)) return false;
    if (span.quote != null && span.quote !== piece.toString('utf8')) return false;
    if (span.sha256 != null && span.sha256 !== sha256(piece)) return false;
    at = span.end;
  }
  const units = spans.filter(({ excludedBecause }) => excludedBecause == null);
  const places = new Map(units.map((span) => [span.localId, span]));
  const areParents = units.every(({ parentLocalId, start }) => {
    if (parentLocalId == null) return true;
    const parent = places.get(parentLocalId);
    return parent !== undefined && parent.start < start;
  });
  const isOnce = (field: 'localId' | 'address', of: readonly Span[]) =>
    new Set(of.map((span) => span[field])).size === of.length;
  return (
    at === BYTES.length &&
    units.length > 0 &&
    areParents &&
    isOnce('localId', spans) &&
    isOnce('address', units)
  );
}

const REFUSAL = '... on Refusal { message retryable problems { path code message } }';

/** An answer that is a success, or a refusal with a place and no word of the machinery. */
function expectAnswer(body: Loose, field: string, what: string): Loose {
  expect(body.errors, what).toBeUndefined();
  const answer = body.data[field];
  if (answer.problems === undefined || answer.__typename === 'Plan') return answer;
  expect(answer.__typename, what).toMatch(/^(InvalidInput|CoverageBroken|PlanTooCostly)$/);
  expect(answer.problems.length, what).toBeGreaterThan(0);
  for (const { path, code, message } of answer.problems) {
    expect(path.length, what).toBeGreaterThan(0);
    expect(code, what).toMatch(/^[a-z0-9_-]+$/);
    expect(message, what).not.toMatch(/undefined|\[object|NaN|TypeError|at .*\.ts|zod/);
    expect(message.length, what).toBeLessThan(2_000);
  }
  return answer;
}

test('random spans are taken if they are sound, and refused with a place if not', async () => {
  const random = seeded(testSeed()).named('hostile spans');
  const docCode = fresh('hostile');
  const input = { idempotencyKey: fresh('source'), docCode, content: { text: TEXT } };
  const { source } = await call(server, server.tokens.marker, 'registerSource', input, 'source { sourceId }');
  const outcomes = new Map<string, number>();
  for (let round = 0; round < 600; round += 1) {
    const units = soundSpans(random, docCode);
    const mistakes = random.pick([0, 1, 1, 1, 2, 3]);
    for (let made = 0; made < mistakes && units.length > 0; made += 1)
      random.pick(MISTAKES)(units, random, random.between(0, units.length - 1));
    const what = JSON.stringify(units);
    const { body } = await server.gql(
      server.tokens.marker,
      `mutation ($input: MarkInput!) { mark(input: $input) { __typename ${REFUSAL} } }`,
      {
        input: {
          idempotencyKey: fresh('mark'),
          sourceId: source.sourceId,
          signalSource: 'test',
          cutSpec: { units },
        },
      },
    );
    const answer = expectAnswer(body, 'mark', what);
    if (mistakes === 0) expect(answer.__typename, what).toBe('MarkSuccess');
    // What was marked is sound; a sound list may break a rule about addresses or words.
    if (answer.__typename === 'MarkSuccess') expect(areSound(units), what).toBe(true);
    outcomes.set(answer.__typename, (outcomes.get(answer.__typename) ?? 0) + 1);
  }
  for (const outcome of ['MarkSuccess', 'InvalidInput', 'CoverageBroken'])
    expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(20);
});

/** Every place in a JSON value. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, part]) =>
      placesOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** A copy with another value at a place; without the place where the value is undefined. */
function changedAt(value: Loose, [first, ...rest]: readonly (string | number)[], other: unknown): Loose {
  if (first === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  if (rest.length > 0) copy[first] = changedAt(copy[first], rest, other);
  else if (other !== undefined) copy[first] = other;
  else if (Array.isArray(copy)) copy.splice(Number(first), 1);
  else delete copy[first];
  return copy;
}

test('random profiles are tried or refused with a place, and registered exactly if they can be tried', async () => {
  const random = seeded(testSeed()).named('hostile profiles');
  const docCode = fresh('hostile');
  const registering = {
    idempotencyKey: fresh('source'),
    docCode,
    content: { text: `${TEXT}\n## NT1 Eins\n\n(1) Ja.\n` },
  };
  const { source } = await call(
    server,
    server.tokens.marker,
    'registerSource',
    registering,
    'source { sourceId }',
  );
  const outcomes = new Map<string, number>();
  for (let round = 0; round < 300; round += 1) {
    let body: Loose = { ...profileBody(), name: freshWord(), version: '1' };
    const mistakes = random.pick([0, 1, 1, 1, 2]);
    for (let made = 0; made < mistakes; made += 1) {
      const place = random.pick(placesOf(body).slice(1));
      body = changedAt(body, place, random.pick([undefined, ...HOSTILE]));
    }
    const what = JSON.stringify(body);
    const tried = await server.gql(
      server.tokens.reviewer,
      `query ($sourceId: UUID, $draftProfile: JSON) { planCut(sourceId: $sourceId, draftProfile: $draftProfile) {
        __typename ... on Plan { problems { path code message } coverage { bytes complete } } ${REFUSAL} } }`,
      { sourceId: source.sourceId, draftProfile: body },
    );
    const plan = expectAnswer(tried.body, 'planCut', what);
    if (mistakes === 0) expect(plan.__typename, what).toBe('Plan');
    if (plan.__typename === 'Plan' && plan.problems.length === 0)
      expect(plan.coverage.complete, what).toBe(true);
    const { name = 'none', version = '1', ...rest } = body;
    const done = await server.gql(
      server.tokens.administrator,
      `mutation ($input: RegisterProfileInput!) { registerProfile(input: $input) { __typename ${REFUSAL} } }`,
      { input: { idempotencyKey: fresh('profile'), name, version, body: rest } },
    );
    const answer = expectAnswer(done.body, 'registerProfile', what);
    // A draft that lacks its name gets one here, so that it may well be registered.
    const isNamed = body.name !== undefined && body.version !== undefined;
    if (plan.__typename === 'InvalidInput' && isNamed) expect(answer.__typename, what).toBe('InvalidInput');
    outcomes.set(plan.__typename, (outcomes.get(plan.__typename) ?? 0) + 1);
  }
  for (const outcome of ['Plan', 'InvalidInput'])
    expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(20);
});
