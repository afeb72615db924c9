import type { Verb } from '../../src/auth/authority.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  wasCut,
} from './cycle.ts';
import type { SampleTokens, TestServer } from './server.ts';

/** One call that will succeed: who makes it, what it sends, and what it asks for. */
export interface Example {
  readonly verb: Verb;
  readonly who: keyof SampleTokens;
  readonly input: Readonly<Record<string, unknown>>;
  readonly success: string;
}

/** A call of each verb, with the ground it needs prepared and every key its own. */
export const EXAMPLES: Readonly<Record<Verb, (server: TestServer) => Promise<Example>>> = {
  async registerSource() {
    const name = fresh('source');
    const input = {
      docCode: name,
      title: 'A title',
      mediaType: 'text/markdown',
      content: { text: sampleText(name) },
    };
    return example('registerSource', 'marker', input, 'source { sourceId digest byteLength }');
  },
  async mark(server) {
    const input = {
      sourceId: await registered(server),
      cutSpec: { profile: 'markdown' },
      signalSource: 'a ticket',
      scenarioRef: 'spring',
      blockedBy: [(await marked(server)).entryId],
    };
    return example('mark', 'marker', input, 'entry { entryId status }');
  },
  async declareDependency(server) {
    const [from, to] = [await marked(server), await marked(server)];
    const input = { fromEntryId: from.entryId, toEntryId: to.entryId, kind: 'BLOCKS' };
    return example('declareDependency', 'marker', input, 'dependency { dependencyId dependencyKind }');
  },
  async sweep(server) {
    await marked(server);
    return example('sweep', 'marker', { limit: 500 }, 'examined promoted { entryId status }');
  },
  async review(server) {
    const { entryId } = await marked(server);
    await sweepAll(server);
    const input = {
      entryId,
      verdict: 'APPROVE',
      manifestDigest: await manifestOf(server, entryId),
      riskClass: 'STANDARD',
      findings: { checked: ['one', 2, null] },
      rationale: 'Read it all.',
      expiresAt: '2099-01-01T00:00:00Z',
    };
    return example(
      'review',
      'reviewer',
      input,
      'decision { reviewDecisionId } manifest { envelopeId } entry { entryId status }',
    );
  },
  async cut(server) {
    const { entryId, manifestDigest } = await reviewed(server);
    return example(
      'cut',
      'executor',
      { entryId, manifestDigest },
      'changeSet { changeSetId } entry { entryId status }',
    );
  },
  async verify(server) {
    const { changeSetId } = await wasCut(server);
    return example(
      'verify',
      'verifier',
      { changeSetId },
      'result { verifyResultId verdict } entry { entryId status }',
    );
  },
  async abandon(server) {
    const { entryId } = await marked(server);
    return example(
      'abandon',
      'reviewer',
      { entryId, rationale: 'No longer needed.' },
      'entry { entryId status }',
    );
  },
};

export const VERBS = Object.keys(EXAMPLES) as Verb[];

function example(verb: Verb, who: keyof SampleTokens, input: object, success: string): Example {
  return { verb, who, input: { idempotencyKey: fresh(`example-${verb}`), ...input }, success };
}

/** Registers a fresh document. */
export async function registered(server: TestServer): Promise<string> {
  const name = fresh('source');
  const answer = await call(
    server,
    server.tokens.marker,
    'registerSource',
    { idempotencyKey: name, docCode: name, content: { text: sampleText(name) } },
    'source { sourceId }',
  );
  return answer.source.sourceId;
}

/** Makes an example's call, with other input where it is given. */
export function perform(
  server: TestServer,
  made: Example,
  other: Record<string, unknown> = {},
): Promise<Loose> {
  return call(server, server.tokens[made.who], made.verb, { ...made.input, ...other }, made.success);
}

/** The places that a refusal names, each joined by dots. */
export function places(refusal: Loose): string[] {
  return refusal.problems.map((problem: { path: string[] }) => problem.path.join('.'));
}
