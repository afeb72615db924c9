import { beforeAll, beforeEach, expect } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { call, type Loose } from '../harness/cycle.ts';
import { EXAMPLES, type Example, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type Answer, type TestServer, testServer } from '../harness/server.ts';

/** A server, and one call of each verb that would succeed. No test lets it: each sends it with something changed. */
interface InputGround {
  readonly server: TestServer;
  readonly examples: Readonly<Record<Verb, Example>>;
  send(verb: Verb, other: Record<string, unknown>): Promise<Loose>;
  /** The same without a judgement of the errors. */
  ask(verb: Verb, input: unknown): Promise<Answer>;
  /** A body exactly as written, for what JSON.stringify can't say. */
  raw(verb: Verb, inputText: string): Promise<Answer>;
  /** Since the test began nothing was written. */
  expectUnchanged(): Promise<void>;
}

/** The ground of one file; called once, outside its tests. */
export function inputGround(): InputGround {
  let server: TestServer;
  let examples: Record<Verb, Example>;
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

  return {
    get server() {
      return server;
    },
    get examples() {
      return examples;
    },
    send: (verb, other) => {
      const { who, input } = examples[verb];
      return call(server, server.tokens[who], verb, { ...input, ...other });
    },
    ask: (verb, input) => {
      const document = mutationOf(verb, 'problems { path message }');
      return server.gql(server.tokens[examples[verb].who], document, { input });
    },
    raw: async (verb, inputText) => {
      const query = mutationOf(verb, 'problems { path code message }');
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
    },
    expectUnchanged: async () => expect(await fingerprint(server)).toBe(before),
  };
}

function mutationOf(verb: Verb, refused: string): string {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ... on Refusal { ${refused} } } }`;
}

/** GraphQL's own word on a variable of another shape, or the door's on its JSON: never a defect. */
export function isCallersOwn(error: NonNullable<Answer['body']['errors']>[number]): boolean {
  const code = error.extensions?.['code'];
  return (
    code === 'BAD_JSON' || (/^Variable "\$input" /.test(error.message) && code !== 'INTERNAL_SERVER_ERROR')
  );
}
