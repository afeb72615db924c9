import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { keepsValue } from '../../src/proof/decimal.ts';
import { parsePlainJson } from '../../src/proof/parse-plain-json.ts';
import { fresh, type Loose, manifestOf, marked, sweepAll } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** Numbers that a double turns into another value. */
const CHANGED = [
  '1e-400',
  '-1e-400',
  '3e-324',
  '4.9e-324',
  '2.5e-324',
  '1e400',
  '-1E+400',
  '9007199254740993',
  '9007199254740993e0',
  '900719925474099.3e1',
  '0.1000000000000000055511151231257827',
  '1.00000000000000001',
  '123456789012345.678',
  '0.000000000000000000000000000000000000123456789012345678',
  '1e-99999999999999999999',
  `1e-${'9'.repeat(200)}`,
];
/** Numbers that come back as the value that was written, in whatever spelling. */
const KEPT = [
  '0',
  '-0',
  '0.0',
  '0e-400',
  '-0e400',
  '1',
  '1.0',
  '1.50e1',
  '15',
  '0.1',
  '5e-324',
  '1e-323',
  '2.2250738585072014e-308',
];
const ALSO_KEPT = [
  '9007199254740991',
  '0.3',
  '1E2',
  '100e-2',
  '1.10000000000000000000000',
  '123456789012345.5',
];

describe('a number is kept if a double gives its value back', () => {
  test.each(CHANGED)('%s is not', (number) => {
    expect(keepsValue(number)).toBe(false);
    expect(() => parsePlainJson(`[${number}]`)).toThrow(/double|2\^53/);
  });

  test.each([...KEPT, ...ALSO_KEPT])('%s is', (number) => {
    expect(keepsValue(number)).toBe(true);
    expect(() => parsePlainJson(`[${number}]`)).not.toThrow();
  });

  test('a million digits are compared digit by digit, and once', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(keepsValue(`1.${zeros}`)).toBe(true);
    expect(keepsValue(`1.${zeros}1`)).toBe(false);
    expect(keepsValue(`0.${zeros}1e1000001`)).toBe(true);
    expect(keepsValue(`1${zeros}e-1000000`)).toBe(true);
    expect(keepsValue(`1${zeros}`)).toBe(false);
  });
});

const MUTATION = `mutation ($input: ReviewInput!) { review(input: $input) { __typename ... on Refusal { message } } }`;

async function inputOf(): Promise<Record<string, unknown>> {
  const { entryId } = await marked(server);
  await sweepAll(server);
  const manifestDigest = await manifestOf(server, entryId);
  return { idempotencyKey: fresh('review'), entryId, verdict: 'APPROVE', manifestDigest };
}

const NUMBER = '"the number"';
/** The JSON text of a call with this number in its findings, exactly as written. */
const written = (body: unknown, number: string) => JSON.stringify(body).replace(NUMBER, number);
const findings = { list: [1, { deep: 'the number' }] };

describe('findings with a number', () => {
  async function posted(number: string): Promise<Loose> {
    const body = { query: MUTATION, variables: { input: { ...(await inputOf()), findings } } };
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${server.tokens.reviewer}`,
      },
      body: written(body, number),
    });
    return { status: response.status, body: await response.json() };
  }

  test.each(CHANGED)('are refused in the variables where it is %s', async (number) => {
    const { status, body } = await posted(number);
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(/double/);
  });

  test.each(KEPT)('are stored where it is %s', async (number) => {
    const { body } = await posted(number);
    expect(body.data.review.__typename).toBe('ReviewSuccess');
    const { rows } = await server.superuser.query(
      `select (findings->'input'->'list'->1->>'deep')::float8 as stored from cutter_governance.review_decision order by created_at desc limit 1`,
    );
    expect(rows[0].stored).toBe(Number(number) === 0 ? 0 : Number(number));
  });

  async function literal(number: string): Promise<Loose> {
    const { entryId, manifestDigest } = await inputOf();
    const { body } = await server.gql(
      server.tokens.reviewer,
      `mutation ($n: Int) { review(input: { idempotencyKey: "${fresh('literal')}", entryId: "${entryId}", verdict: APPROVE,
        manifestDigest: "${manifestDigest}", findings: { list: [1, { deep: ${number}, other: $n }] } }) { __typename } }`,
      { n: 7 },
    );
    return body;
  }

  test.each(CHANGED)('are refused in the operation itself where it is %s', async (number) => {
    expect((await literal(number)).errors[0].message).toMatch(/can't be held by a double as it is written/);
  });

  test('are stored from the operation itself, variables among them', async () => {
    expect((await literal('1.50e1')).data.review.__typename).toBe('ReviewSuccess');
    const { rows } = await server.superuser.query(
      `select findings->'input' as stored from cutter_governance.review_decision order by created_at desc limit 1`,
    );
    expect(rows[0].stored).toEqual({ list: [1, { deep: 15, other: 7 }] });
  });

  test.each(['1e-400', '3e-324', '9007199254740993'])(
    'are refused in a frame where it is %s',
    async (number) => {
      const input = await inputOf();
      /** Writes the number into the frame as it stands, since JSON.stringify would change it. */
      class Exact extends WebSocket {
        override send(data: string): void {
          super.send(data.replace(NUMBER, number));
        }
      }
      const client = createClient({
        url: server.wsUrl,
        webSocketImpl: Exact,
        connectionParams: { authorization: `Bearer ${server.tokens.reviewer}` },
        retryAttempts: 0,
      });
      const next = client.iterate({ query: MUTATION, variables: { input: { ...input, findings } } }).next();
      await expect(next).rejects.toMatchObject({ code: 4400 });
      await client.dispose();
    },
  );
});
