import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Verb } from '../../../src/auth/authority.ts';
import { schema } from '../../../src/resolvers/index.ts';
import type { Loose } from '../../harness/cycle.ts';
import { openSocket } from '../../harness/doors.ts';
import { EXAMPLES, type Example, VERBS } from '../../harness/examples.ts';
import { fingerprint } from '../../harness/row-counts.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

let server: TestServer;
const examples = {} as Record<Verb, Example>;
beforeAll(async () => {
  server = await testServer();
  for (const verb of VERBS) examples[verb] = await EXAMPLES[verb](server);
});

let before: string;
beforeEach(async () => {
  before = await fingerprint(server);
});
// Whatever stands in for an input with faults, nothing is done with it.
afterEach(async () => expect(await fingerprint(server)).toBe(before));

const ASKED = '__typename ... on Refusal { message retryable problems { path code message } }';
const typeOf = (verb: Verb) => `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
const mutationOf = (verb: Verb) =>
  `mutation ($input: ${typeOf(verb)}!) { ${verb}(input: $input) { ${ASKED} } }`;

async function ask(token: string | null, query: string, variables?: Record<string, unknown>): Promise<Loose> {
  const { status, body } = await server.gql(token, query, variables);
  expect(body.errors).toBeUndefined();
  expect(status).toBe(200);
  return Object.values(body.data)[0];
}

function send(verb: Verb, input: unknown): Promise<Loose> {
  return ask(server.tokens[examples[verb].who], mutationOf(verb), { input });
}

const problemsOf = (answer: Loose): [string, string][] =>
  answer.problems.map(({ path, code }: Loose) => [path.join('.'), code]);

/** Every field of an input, with the fields inside it; of a list, those of its first item. */
function placesOf(
  type: GraphQLInputObjectType,
  path: readonly string[] = [],
): [string[], GraphQLInputField][] {
  return Object.values(type.getFields()).flatMap((field) => {
    const place = [...path, field.name];
    const inner = getNamedType(field.type);
    const below = isListType(getNullableType(field.type)) ? [...place, '0'] : place;
    return [[place, field], ...(isInputObjectType(inner) ? placesOf(inner, below) : [])];
  });
}

/** The input with a value at a place; what leads there is made. */
function withValue(input: Loose, [step, ...rest]: readonly string[], value: unknown): Loose {
  const at = step as string;
  if (Array.isArray(input) || /^\d+$/.test(at)) return [withValue(input?.[0] ?? {}, rest, value)];
  const inner = rest.length === 0 ? value : withValue(input?.[at] ?? {}, rest, value);
  return { ...input, [at]: inner };
}

/** A value that no type takes for its own. JSON is taken by its scalar whatever it is. */
const wrongFor = (type: GraphQLInputType): unknown =>
  isInputObjectType(getNamedType(type)) ? 'wrong' : { wrong: true };

describe.each(VERBS)('%s', (verb) => {
  const type = schema.getType(typeOf(verb)) as GraphQLInputObjectType;
  const places = placesOf(type);

  test('names the place of a value of another type, for each field of its input', async () => {
    for (const [path, field] of places) {
      if (getNamedType(field.type).name === 'JSON') continue;
      const answer = await send(verb, withValue(examples[verb].input, path, wrongFor(field.type)));
      expect(answer.__typename, path.join('.')).toBe('InvalidInput');
      expect(problemsOf(answer)).toContainEqual([['input', ...path].join('.'), 'invalid']);
      expect(answer.retryable).toBe(false);
    }
  });

  test('names each field that is missing', async () => {
    for (const [path, field] of places) {
      if (!isRequiredInputField(field)) continue;
      const answer = await send(verb, withValue(examples[verb].input, path, undefined));
      expect(problemsOf(answer)).toContainEqual([['input', ...path].join('.'), 'field-missing']);
    }
  });

  test("names a field that it doesn't know, and the fields that there are", async () => {
    const answer = await send(verb, { ...examples[verb].input, idempotenceKey: 'x' });
    expect(problemsOf(answer)).toEqual([['input.idempotenceKey', 'field-unknown']]);
    expect(answer.message).toMatch(
      /^The input can't be taken: idempotenceKey is no field of .*idempotencyKey/,
    );
  });

  test('refuses an input that is missing, null, or no object', async () => {
    for (const [variables, code] of [
      [{}, 'field-missing'],
      [{ input: null }, 'null'],
      [{ input: 7 }, 'invalid'],
      [{ input: [] }, 'invalid'],
    ] as const) {
      const answer = await ask(server.tokens[examples[verb].who], mutationOf(verb), variables);
      expect(problemsOf(answer)).toEqual([['input', code]]);
    }
  });

  test('judges authority first', async () => {
    for (const token of [server.tokens.observer, null]) {
      if (token === null) {
        const { body } = await server.gql(token, mutationOf(verb), { input: {} });
        expect(body.errors?.[0]?.extensions['code'] ?? body.data?.[verb].__typename).toMatch(
          /UNAUTHENTICATED|Forbidden/,
        );
      } else
        expect(await ask(token, mutationOf(verb), { input: { wrong: 1 } })).toMatchObject({
          __typename: 'Forbidden',
        });
    }
  });
});

describe('spans', () => {
  const span = { localId: 'a', start: 0, end: 1, kind: 'section', sectionType: 'section', address: 'x' };
  const unitsOf = (...units: unknown[]) => ({ ...examples.mark.input, cutSpec: { units } });

  test('with half a byte, a missing end and an unknown field name all three places', async () => {
    const { end: _end, ...endless } = span;
    const answer = await send('mark', unitsOf({ ...span, start: 1.5 }, endless, { ...span, stop: 4 }));
    expect(answer.problems).toEqual([
      {
        path: ['input', 'cutSpec', 'units', '0', 'start'],
        code: 'invalid',
        message: 'cutSpec.units[0].start must be a whole number from -2147483648 to 2147483647, not 1.5.',
      },
      {
        path: ['input', 'cutSpec', 'units', '1', 'end'],
        code: 'field-missing',
        message: 'cutSpec.units[1].end must be given.',
      },
      {
        path: ['input', 'cutSpec', 'units', '2', 'stop'],
        code: 'field-unknown',
        message: expect.stringMatching(
          /^cutSpec\.units\[2\]\.stop is no field of UnitSpanInput, which has address, end, /,
        ),
      },
    ]);
  });

  test('beyond a hundred faults are counted', async () => {
    const answer = await send(
      'mark',
      unitsOf(...Array.from({ length: 250 }, () => ({ ...span, start: '1' }))),
    );
    expect(answer.problems).toHaveLength(101);
    expect(answer.problems[100].message).toContain('There are 150 more faults.');
  });

  test.each([
    ['neither way to cut', {}, 'not-one', 'cutSpec'],
    ['two ways to cut', { profile: 'markdown', units: [] }, 'not-one', 'cutSpec'],
    ['a way to cut that is null', { profile: null }, 'null', 'cutSpec.profile'],
    ['a misspelled way to cut', { profil: 'markdown' }, 'field-unknown', 'cutSpec.profil'],
  ])('%s', async (_, cutSpec, code, place) => {
    const answer = await send('mark', { ...examples.mark.input, cutSpec });
    expect(problemsOf(answer)).toEqual([[`input.${place}`, code]]);
  });
});

describe('an input that the operation writes out', () => {
  const literal = (cutSpec: string, more = '') =>
    `mark(input: { idempotencyKey: "written", sourceId: "${examples.mark.input['sourceId']}", signalSource: "x" ` +
    `${more} cutSpec: ${cutSpec} }) { ${ASKED} }`;
  const SPAN = 'localId: "a" kind: "section" sectionType: "section" address: "x"';

  test.each([
    [
      'half a byte',
      `{ units: [{ start: 1.5 end: 2 ${SPAN} }] }`,
      [['input.cutSpec.units.0.start', 'invalid']],
    ],
    [
      'a text for a number',
      `{ units: [{ start: "1" end: 2 ${SPAN} }] }`,
      [['input.cutSpec.units.0.start', 'invalid']],
    ],
    [
      'a missing field',
      `{ units: [{ start: 1 ${SPAN} }] }`,
      [['input.cutSpec.units.0.end', 'field-missing']],
    ],
    [
      'an unknown field',
      `{ units: [{ start: 1 end: 2 stop: 3 ${SPAN} }] }`,
      [['input.cutSpec.units.0.stop', 'field-unknown']],
    ],
    ['a null', `{ units: [{ start: null end: 2 ${SPAN} }] }`, [['input.cutSpec.units.0.start', 'null']]],
    ['no object', '"markdown"', [['input.cutSpec', 'invalid']]],
    ['both ways', '{ profile: "markdown" units: [] }', [['input.cutSpec', 'not-one']]],
  ])('names %s, however often it is sent', async (_, cutSpec, problems) => {
    const query = `mutation { ${literal(cutSpec)} }`;
    for (let again = 0; again < 2; again += 1) {
      expect(problemsOf(await ask(server.tokens.marker, query))).toEqual(problems);
    }
    expect(await ask(server.tokens.observer, query)).toMatchObject({ __typename: 'Forbidden' });
  });

  test("names an enum's values, and a number that a double would change", async () => {
    const { entryId, manifestDigest } = examples.review.input;
    const review = (verdict: string, findings: string) =>
      ask(
        server.tokens.reviewer,
        `mutation { review(input: { idempotencyKey: "w", entryId: "${entryId}", manifestDigest: "${manifestDigest}",
          dryRun: true, verdict: ${verdict}, findings: ${findings} }) { ${ASKED} } }`,
      );
    expect((await review('"APPROVE"', '{}')).problems[0].message).toMatch(
      /^verdict must be one of APPROVE, /,
    );
    expect(problemsOf(await review('APPROVE', '{ n: 9007199254740993 }'))).toEqual([
      ['input.findings', 'invalid'],
    ]);
  });

  test('names the place of a variable inside it', async () => {
    const query = `mutation ($units: [UnitSpanInput!]!, $key: String!) {
      first: ${literal('{ units: $units }').replace('"written"', '$key')} }`;
    const units = [{ localId: 'a', start: 0.5, end: 1, kind: 'x', sectionType: 'x', address: 'x' }];
    const answer = await ask(server.tokens.marker, query, { units, key: 'in' });
    expect(problemsOf(answer)).toEqual([['input.cutSpec.units.0.start', 'invalid']]);
  });

  test('is refused where one field is written twice with different faults', async () => {
    const query = `mutation { ${literal('7')} ${literal('8')} }`;
    expect((await ask(server.tokens.marker, query)).__typename).toBe('InvalidInput');
  });
});

test('planCut names the places of its arguments, after authority', async () => {
  const place = (name: string) => `cutSpec.units.0.${name}`;
  const query = `query ($spec: CutSpecInput, $id: UUID) { planCut(sourceId: $id, cutSpec: $spec) { ${ASKED} } }`;
  const answer = await ask(server.tokens.reviewer, query, { spec: { units: [{ start: 1.5 }] }, id: 7 });
  expect(problemsOf(answer)).toEqual([
    ['sourceId', 'invalid'],
    ...['address', 'end', 'kind', 'localId', 'sectionType'].map((name) => [place(name), 'field-missing']),
    [place('start'), 'invalid'],
  ]);
  const { body } = await server.gql(server.tokens.marker, query, { spec: {} });
  expect(JSON.stringify(body)).toMatch(/FORBIDDEN|InvalidInput/);
});

test("a variable that isn't for a verb alone stays GraphQL's to refuse", async () => {
  const query = `mutation ($input: MarkInput!, $full: Boolean!) { mark(input: $input) { __typename @include(if: $full) } }`;
  const { body } = await server.gql(server.tokens.marker, query, { input: examples.mark.input, full: 'yes' });
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(body.data).toBeUndefined();
});

test('the same refusal comes over WebSocket', async () => {
  const socket = await openSocket(server.wsUrl);
  await socket.introduce(server.tokens.marker);
  const variables = { input: { ...examples.mark.input, cutSpec: { profile: 5 } } };
  socket.send({ type: 'subscribe', id: 'a', payload: { query: mutationOf('mark'), variables } });
  const { type, payload } = await socket.next();
  socket.socket.close();
  expect(type).toBe('next');
  expect(payload).toMatchObject({
    data: { mark: { __typename: 'InvalidInput', problems: [{ path: ['input', 'cutSpec', 'profile'] }] } },
  });
});
