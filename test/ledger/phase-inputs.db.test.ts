import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { call, fresh, type Loose, sampleText, verified } from '../harness/cycle.ts';
import { EXAMPLES, type Example, places, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type Answer, type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
/** One call of each verb that would succeed; no test here lets it. */
let examples: Record<Verb, Example>;
/** What stood when the test began. */
let before: string;

beforeAll(async () => {
  server = await testServer();
  const made: Partial<Record<Verb, Example>> = {};
  for (const verb of VERBS) made[verb] = await EXAMPLES[verb](server);
  examples = made as Record<Verb, Example>;
});

beforeEach(async () => {
  before = await fingerprint(server);
});

function send(verb: Verb, other: Record<string, unknown>): Promise<Loose> {
  const { who, input } = examples[verb];
  return call(server, server.tokens[who], verb, { ...input, ...other });
}

/** The same without a judgement of the errors. */
function ask(verb: Verb, input: unknown): Promise<Answer> {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ... on Refusal { problems { path message } } } }`;
  return server.gql(server.tokens[examples[verb].who], document, { input });
}

/** A body exactly as written, for what JSON.stringify can't say. */
async function raw(verb: Verb, inputText: string): Promise<Answer> {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ... on Refusal { problems { path code message } } } }`;
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${server.tokens[examples[verb].who]}`,
    },
    body: `{"query":${JSON.stringify(query)},"variables":{"input":${inputText}}}`,
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const long = (length: number) => 'x'.repeat(length);
const bytes = (...values: number[]) => ({ base64: Buffer.from(values).toString('base64') });
/** What no text column can hold. */
const UNHOLDABLE = ['a\0b', '\ud800', 'b\udfff', '\udc00\ud800'];
const BAD_UUIDS = [
  '',
  'x',
  '00000000-0000-0000-0000-00000000000',
  '00000000-0000-0000-0000-0000000000000',
  '{6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144}',
  '6c0a3f5e7d1b5c1e9b572f4e8a90d144',
  'urn:uuid:6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144',
  '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144\n',
  '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d14g',
  ...UNHOLDABLE,
];
const BAD_DIGESTS = [
  '',
  'x',
  '0'.repeat(64),
  `sha256:${'0'.repeat(63)}`,
  `sha256:${'0'.repeat(65)}`,
  `sha256:${'A'.repeat(64)}`,
  `SHA256:${'0'.repeat(64)}`,
  `md5:${'0'.repeat(64)}`,
  `sha256:${'0'.repeat(64)}\n`,
];
const BAD_TIMES = [
  '',
  'now',
  'infinity',
  '2099-02-30T00:00:00Z',
  '2099-13-01T00:00:00Z',
  '2099-00-10T00:00:00Z',
  '2099-01-32T00:00:00Z',
  '2099-01-01',
  '2099-01-01T00:00:00',
  '2099-01-01 00:00:00Z',
  '2099-01-01T24:00:00Z',
  '2099-01-01T23:60:00Z',
  '2099-01-01T23:59:60Z',
  '2099-01-01T00:00Z',
  '2099-01-01T00:00:00.Z',
  '2099-01-01T00:00:00+24:00',
  '2099-01-01T00:00:00+01:60',
  '2099-01-01T00:00:00+0100',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '+12099-01-01T00:00:00Z',
  '-2099-01-01T00:00:00Z',
  '2099-1-1T0:0:0Z',
  '2099-01-01T00:00:00Z\n',
  '４０９９-01-01T00:00:00Z',
];

type BadField = readonly [field: string, values: readonly unknown[], place?: string];

/** For each field of each mutation the values that it doesn't take, and the place that the refusal names. */
const BAD: Readonly<Record<Verb, readonly BadField[]>> = {
  registerSource: [
    ['docCode', ['', 'Upper', '-x', '.x', 'a b', 'a/b', 'Ä', 'a\u0308', 'a\n', long(64), ...UNHOLDABLE]],
    ['title', ['', ' ', long(501), ...UNHOLDABLE]],
    ['mediaType', ['', 'text/html', 'TEXT/MARKDOWN', 'text/markdown; charset=utf-8']],
    [
      'content',
      [
        { text: '' },
        { text: 'a\0b' },
        { base64: '' },
        bytes(0xff),
        bytes(0xfe, 0xff, 0x00, 0x41),
        bytes(0x41, 0xc0, 0x80),
        bytes(0xed, 0xa0, 0x80),
        bytes(0xf4, 0x90, 0x80, 0x80),
        bytes(0x41, 0x00),
        bytes(0xe2, 0x82),
      ],
    ],
    ['content', [{ text: '# \ud800 alone' }, { text: 'end \udfff' }], 'input.content.text'],
    [
      'content',
      ['?', 'YQ', 'YQ=', 'YQ==\n', 'YR==', 'Y Q==', 'YQ===', '-_-_', 'YQ==YQ=='].map((base64) => ({
        base64,
      })),
      'input.content.base64',
    ],
  ],
  mark: [
    ['sourceId', BAD_UUIDS],
    ['signalSource', ['', ' ', long(201), ...UNHOLDABLE]],
    ['scenarioRef', ['', ' ', long(201), ...UNHOLDABLE]],
    ['blockedBy', [Array.from({ length: 1001 }, () => randomUUID())]],
    ['blockedBy', BAD_UUIDS.map((id) => [id]), 'input.blockedBy.0'],
    ['blockedBy', [[randomUUID(), 'x']], 'input.blockedBy.1'],
    [
      'cutSpec',
      [
        '',
        'word',
        'Markdown',
        'markdown@',
        'markdown@9',
        'markdown@1@1',
        ' markdown',
        '@1',
        '__proto__',
        'constructor',
        long(101),
        ...UNHOLDABLE,
      ].map((profile) => ({ profile })),
      'input.cutSpec.profile',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', long(201)).map((localId) => spans({ localId })),
      'input.cutSpec.units.0.localId',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', long(101)).map((kind) => spans({ kind })),
      'input.cutSpec.units.0.kind',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', long(101)).map((sectionType) => spans({ sectionType })),
      'input.cutSpec.units.0.sectionType',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat(long(1001)).map((address) => spans({ address })),
      'input.cutSpec.units.0.address',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat(long(2001)).map((title) => spans({ title })),
      'input.cutSpec.units.0.title',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', long(201)).map((parentLocalId) => spans({ parentLocalId })),
      'input.cutSpec.units.0.parentLocalId',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', long(201)).map((excludedBecause) => spans({ excludedBecause })),
      'input.cutSpec.units.0.excludedBecause',
    ],
  ],
  declareDependency: [
    ['fromEntryId', BAD_UUIDS],
    ['toEntryId', BAD_UUIDS],
  ],
  sweep: [['limit', [0, -1, -2_147_483_648]]],
  review: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
    ['rationale', ['', ' ', '\u2003', long(10_001), ...UNHOLDABLE]],
    ['supersedesDecisionId', BAD_UUIDS],
    ['expiresAt', BAD_TIMES],
    ['expiresAt', ['2020-01-01T00:00:00Z', '0001-01-01T00:00:00Z']],
    ['notBefore', [...BAD_TIMES, '2099-01-01T00:00:00Z']],
    ['findings', ['a\0b', '\ud800']],
    ['findings', [{ a: 'x\0' }, { a: '\udfff' }], 'input.findings.a'],
    ['findings', [{ list: [1, { deep: '\ud800' }] }], 'input.findings.list.1.deep'],
    ['findings', [{ 'a\0': 1 }], 'input.findings.a\0'],
  ],
  cut: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
  ],
  verify: [['changeSetId', BAD_UUIDS]],
  abandon: [
    ['entryId', BAD_UUIDS],
    ['rationale', ['', ' ', '\u2003', long(10_001), ...UNHOLDABLE]],
  ],
};

/** One span over everything, with something about it changed. */
function spans(other: Record<string, unknown>) {
  return {
    units: [
      {
        localId: 'a',
        start: 0,
        end: 9,
        kind: 'section',
        sectionType: 'section',
        address: 'spans/a',
        ...other,
      },
    ],
  };
}

describe.each(VERBS)('%s takes no bad input', (verb) => {
  const keys: BadField = [
    'idempotencyKey',
    ['', ' ', '\t\n', long(201), 'compensate:x', 'escalate:x', ...UNHOLDABLE],
  ];
  const fields: readonly BadField[] = [keys, ...BAD[verb]];

  const cases = fields.map(([field, values, place = `input.${field}`]) => ({ field, values, place }));
  test.each(cases)('at $place', async ({ field, values, place }) => {
    for (const value of values) {
      const answer = await send(verb, { [field]: value });
      const said = [JSON.stringify(value)?.slice(0, 100), answer.__typename, places(answer)];
      expect(said).toEqual([JSON.stringify(value)?.slice(0, 100), 'InvalidInput', [place]]);
      expect(answer).toMatchObject({ retryable: false, guard: null });
      // One full stop, and no step of the place alone.
      for (const problem of answer.problems) expect(problem.message).toMatch(/^[^\d].*\S \S.*[^.]\.$/su);
    }
    expect(await fingerprint(server)).toBe(before);
  });

  test('several faults are told at once, each by its place', async () => {
    const plain = fields.filter(([, , place]) => place === undefined).slice(0, 2);
    const bad = Object.fromEntries(plain.map(([field, values]): [string, unknown] => [field, values[0]]));
    const answer = await send(verb, bad);
    expect(places(answer).sort()).toEqual(
      Object.keys(bad)
        .map((field) => `input.${field}`)
        .sort(),
    );
  });
});

describe('input that belongs together', () => {
  test('an entry has no edge to itself', async () => {
    const { fromEntryId } = examples.declareDependency.input;
    const answer = await send('declareDependency', { toEntryId: String(fromEntryId).toUpperCase() });
    expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.toEntryId']]);
  });

  test('notBefore goes with DEFER alone, expiresAt with APPROVE alone', async () => {
    const time = '2099-01-01T00:00:00Z';
    for (const verdict of ['APPROVE', 'REJECT']) {
      const answer = await send('review', { verdict, expiresAt: null, notBefore: time });
      expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.notBefore']]);
    }
    for (const verdict of ['REJECT', 'DEFER']) {
      const answer = await send('review', { verdict, expiresAt: time });
      expect([answer.__typename, places(answer)]).toEqual(['InvalidInput', ['input.expiresAt']]);
    }
  });
});

describe('explicit spans that lose or double something are CoverageBroken', () => {
  const name = fresh('spans');
  const text = `# Ä ${name}\n\nText.\n`;
  const end = Buffer.byteLength(text);
  const span = (localId: string, start: number, stop: number, other: object = {}) => ({
    localId,
    start,
    end: stop,
    kind: 'section',
    sectionType: 'section',
    address: `${name}/${localId}`,
    ...other,
  });
  const whole = (other: object) => [span('a', 0, end, other)];

  const BROKEN: Readonly<Record<string, readonly [code: string, units: readonly object[]]>> = {
    'nothing at all': ['bytes_left_out', []],
    'bytes left out at the start': ['bytes_left_out', [span('a', 6, end)]],
    'bytes left out at the end': ['bytes_left_out', [span('a', 0, end - 1)]],
    'bytes left out between': ['bytes_left_out', [span('a', 0, 5), span('b', 6, end)]],
    'two spans over one byte': ['span_overlap', [span('a', 0, 6), span('b', 5, end)]],
    'one span twice': ['span_overlap', [span('a', 0, end), span('b', 0, end)]],
    'a span beyond the end': ['span_out_of_range', [span('a', 0, end + 1)]],
    'a span before the start': ['span_out_of_range', [span('a', -1, end)]],
    'a span that ends before it starts': ['span_empty', [span('a', 5, 1), span('b', 0, end)]],
    'an empty span': ['span_empty', [span('a', 0, end), span('b', 5, 5)]],
    'a span that splits a character': ['span_inside_character', [span('a', 0, 3), span('b', 3, end)]],
    'a local id twice': [
      'duplicate_local_id',
      [span('a', 0, 6), span('a', 6, end, { address: `${name}/b` })],
    ],
    'an address twice': ['duplicate_address', [span('a', 0, 6), span('b', 6, end, { address: `${name}/a` })]],
    'a kind that the vocabulary lacks': ['', whole({ kind: 'sentence' })],
    'a section type that the vocabulary lacks': ['', whole({ sectionType: 'sonnet' })],
    'a parent that is not there': ['', whole({ parentLocalId: 'z' })],
    'a parent that is itself': ['', whole({ parentLocalId: 'a' })],
    'parents in a circle': [
      '',
      [span('a', 0, 6, { parentLocalId: 'b' }), span('b', 6, end, { parentLocalId: 'a' })],
    ],
    'a parent that is excluded': [
      '',
      [span('a', 0, 6, { excludedBecause: 'blank' }), span('b', 6, end, { parentLocalId: 'a' })],
    ],
    'an exclusion with a blank reason': [
      'reason_empty',
      [span('a', 0, 6), span('b', 6, end, { excludedBecause: ' ' })],
    ],
    'everything excluded': ['no_units', whole({ excludedBecause: 'draft' })],
    'an empty address': ['', whole({ address: '' })],
    'two titles': [
      '',
      [span('a', 0, 6, { sectionType: 'title' }), span('b', 6, end, { sectionType: 'title' })],
    ],
  };

  let sourceId: string;
  beforeAll(async () => {
    const input = { idempotencyKey: name, docCode: name, content: { text } };
    const answer = await call(server, server.tokens.marker, 'registerSource', input, 'source { sourceId }');
    sourceId = answer.source.sourceId;
  });

  test.each(Object.keys(BROKEN))('%s', async (kind) => {
    const [code, units] = BROKEN[kind]!;
    const answer = await send('mark', { sourceId, cutSpec: { units }, blockedBy: [] });
    expect(answer).toMatchObject({ __typename: 'CoverageBroken', retryable: false });
    const codes = answer.problems.map((problem: Loose) => problem.code);
    if (code !== '') expect(codes).toContain(code);
    expect(codes).not.toEqual([]);
    expect(answer.problems.every((problem: Loose) => problem.path.length > 0 && problem.message !== '')).toBe(
      true,
    );
    expect(await fingerprint(server)).toBe(before);
  });

  test('a refusal of a word lists the words that are allowed', async () => {
    const answer = await send('mark', {
      sourceId,
      cutSpec: { units: whole({ kind: 'sentence' }) },
      blockedBy: [],
    });
    expect(JSON.stringify(answer.problems)).toMatch(/section.*article|article.*section/);
  });

  test('spans that cover every byte once are taken', async () => {
    const units = [span('a', 0, 6), span('b', 6, end, { parentLocalId: 'a' })];
    const answer = await send('mark', { sourceId, cutSpec: { units }, blockedBy: [], dryRun: true });
    expect(answer.__typename).toBe('MarkSuccess');
  });

  test('a million problems are told by the hundred', async () => {
    const units = Array.from({ length: 5000 }, (_, index) => span(`u${index}`, end + index, end + index + 1));
    const answer = await send('mark', { sourceId, cutSpec: { units }, blockedBy: [] });
    expect(answer.__typename).toBe('CoverageBroken');
    expect(answer.problems.length).toBeLessThanOrEqual(100);
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
    const answer = await send(verb, other);
    expect([answer.__typename, places(answer)]).toEqual(['NotFound', [place]]);
    expect(await fingerprint(server)).toBe(before);
  });

  test('an entry that would block itself by its own key is not there yet', async () => {
    const { marker } = server.tokens;
    const dry = { ...examples.mark.input, dryRun: true };
    const { entry } = await call(server, marker, 'mark', dry, 'entry { entryId }');
    const answer = await send('mark', { blockedBy: [entry.entryId] });
    expect([answer.__typename, places(answer)]).toEqual(['NotFound', ['input.blockedBy.0']]);
    expect(await fingerprint(server)).toBe(before);
  });
});

describe('planCut and reconstruct', () => {
  const plan = async (args: string) => {
    const query = `{ planCut(${args}) { __typename ... on Refusal { problems { path code } } ... on Plan { problems { code } } } }`;
    return (await server.gql(server.tokens.reviewer, query)).body.data.planCut;
  };
  const rebuilt = async (id: string) => {
    const query = `{ reconstruct(changeSetId: ${JSON.stringify(id)}) { __typename ... on Refusal { problems { path code } } } }`;
    return (await server.gql(server.tokens.reviewer, query)).body.data.reconstruct;
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
    const { entryId } = examples.review.input;
    const { sourceId } = examples.mark.input;
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
    const { sourceId } = examples.mark.input;
    const units =
      '[{ localId: "a", start: 0, end: 3, kind: "section", sectionType: "section", address: "x/a" }]';
    const shown = await plan(`sourceId: "${sourceId}", cutSpec: { units: ${units} }`);
    expect(shown.problems.map((problem: Loose) => problem.code)).toContain('bytes_left_out');
  });
});

describe('JSON that hides something', () => {
  const review = (findings: string) => {
    const input = JSON.stringify({ ...examples.review.input, findings: '@' });
    return raw(
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
    const { entryId, manifestDigest } = examples.review.input;
    for (const [findings, refused] of [
      ['{ __proto__: 1 }', 'InvalidInput'],
      ['{ n: 9007199254740993 }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{ n: 1e400 }', 'GRAPHQL_VALIDATION_FAILED'],
      ['"\\u0000"', 'InvalidInput'],
      [`${'['.repeat(300)}${']'.repeat(300)}`, 'OPERATION_TOO_LARGE'],
    ]) {
      const query = `mutation { review(input: { idempotencyKey: "literal", entryId: "${entryId}", verdict: APPROVE,
        manifestDigest: "${manifestDigest}", dryRun: true, findings: ${findings} }) { __typename } }`;
      const { body } = await server.gql(server.tokens.reviewer, query);
      const outcome = body.errors?.[0]?.extensions['code'] ?? body.data.review.__typename;
      expect(outcome).toBe(refused);
    }
  });

  test('plain JSON of every kind is kept as it was', async () => {
    const findings = { a: [1, -0.5, 1e15, true, null, 'ü🔑', { '': [] }], 'z y': {} };
    const answer = await send('review', { findings, dryRun: true });
    expect(answer.__typename).toBe('ReviewSuccess');
  });
});

/** GraphQL's own word on a variable of another shape, or the door's on its JSON: never a defect. */
function callersOwn(error: NonNullable<Answer['body']['errors']>[number]): boolean {
  const code = error.extensions?.['code'];
  return (
    code === 'BAD_JSON' || (/^Variable "\$input" /.test(error.message) && code !== 'INTERNAL_SERVER_ERROR')
  );
}

describe('what GraphQL itself refuses', () => {
  const uncoerced = (verb: Verb): unknown[] => {
    const { input } = examples[verb];
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

  test.each(VERBS)('%s: input of another shape is an error of the caller', async (verb) => {
    for (const input of uncoerced(verb)) {
      const { body } = await ask(verb, input);
      expect(body.errors?.length).toBeGreaterThan(0);
      expect(body.errors?.every(callersOwn)).toBe(true);
    }
    expect(await fingerprint(server)).toBe(before);
  });

  test('exactly one of the two ways to give content and cutSpec', async () => {
    for (const content of [{}, { text: 'a', base64: 'YQ==' }, { text: null }]) {
      const { body } = await ask('registerSource', { ...examples.registerSource.input, content });
      expect(body.errors?.map(callersOwn)).toContain(true);
    }
    for (const cutSpec of [{}, { profile: 'markdown', units: [] }, { units: null }]) {
      const { body } = await ask('mark', { ...examples.mark.input, cutSpec });
      expect(body.errors?.map(callersOwn)).toContain(true);
    }
  });
});

test('a problem names the whole place, in a sentence with one full stop', async () => {
  const said = async (verb: Verb, other: Record<string, unknown>) => {
    const { message, problems } = await send(verb, other);
    expect(message.startsWith(`The input can't be taken: ${problems[0].message}`)).toBe(true);
    return problems.map((problem: Loose) => problem.message);
  };
  const uuid = 'must be a UUID: 8-4-4-4-12 hexadecimal digits.';
  expect(await said('mark', { blockedBy: [randomUUID(), 'x'] })).toEqual([`blockedBy[1] ${uuid}`]);
  expect(await said('mark', { cutSpec: spans({ kind: '' }) })).toEqual([
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
  const deep = await said('review', { findings: { [long(100_000)]: '\ud800' } });
  expect(deep[0].length).toBeLessThan(300);
});

test('after all of this every example is still to be done, and succeeds', async () => {
  for (const verb of VERBS)
    expect(await send(verb, { dryRun: true }), verb).toMatchObject({ replayed: false, dryRun: true });
  expect(await fingerprint(server)).toBe(before);
});

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
    for (const error of body.errors ?? []) expect(callersOwn(error)).toBe(true);
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
            ...examples.review.input,
            verdict: 'DEFER',
            expiresAt: null,
            dryRun: true,
            notBefore,
          };
          const answer = await ask('review', input);
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
        judge(verb, await ask(verb, { ...examples[verb].input, ...other }));
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
        const answer = await ask('registerSource', { idempotencyKey: docCode, docCode, content: { text } });
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
      await call(server, server.tokens.marker, 'registerSource', source, 'source { sourceId }')
    ).source;
    const mark = {
      idempotencyKey: docCode,
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'fuzz',
    };
    const marking = await call(server, server.tokens.marker, 'mark', mark, 'entry { entryId }');
    if (marking.__typename === 'CoverageBroken') {
      expect(marking.problems.map((problem: Loose) => problem.code)).toEqual(['no_units']);
      return false;
    }
    const made = await verified(server, { name: docCode, sourceId, entryId: marking.entry.entryId });
    expect(made.verdict).toMatchObject({
      result: { verdict: 'pass' },
      entry: { status: 'verified_complete' },
    });
    const query = `{ reconstruct(changeSetId: "${made.changeSetId}") { ... on Reconstruction { text matchesSource } } }`;
    const { body } = await server.gql(server.tokens.verifier, query);
    expect(body.data.reconstruct).toEqual({ text, matchesSource: true });
    return true;
  }

  test('what was stored can be read', async () => {
    const query =
      '{ entries(first: 200) { nodes { entryId status history { nodes { changeKind } } dependenciesTo { nodes { dependencyKind } } } } sweeps { nodes { sweepId } } }';
    const { body } = await server.gql(server.tokens.observer, query);
    expect(body.errors).toBeUndefined();
    expect(body.data.entries.nodes.length).toBeGreaterThan(0);
  });
});

test('a document of exactly the bytes it was given is kept: marks, controls and line ends', async () => {
  const name = fresh('exact');
  const text = `\ufeff${sampleText(name)}\r\n\u0001\u007f\u0085\u2028\ufffd e\u0301`;
  const input = { idempotencyKey: name, docCode: name, content: { text } };
  const answer = await call(server, server.tokens.marker, 'registerSource', input, 'source { byteLength }');
  expect(answer.source.byteLength).toBe(Buffer.byteLength(text));
});
