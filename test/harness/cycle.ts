import type { Answer, TestServer } from './server.ts';

/** The verbs as a client calls them, each with what most tests need and room for more. */

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
export type Loose = any;

const REFUSAL = '... on Refusal { message guard retryable problems { path code message } }';
const WRITTEN = 'replayed dryRun rows { table inserted updated }';

/** The answer of a verb: its success or its refusal, by `__typename`. An error of the request fails the test. */
export async function call(
  server: TestServer,
  token: string | null,
  verb: string,
  input: Record<string, unknown>,
  success = '',
): Promise<Loose> {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  const answer: Answer = await server.gql(
    token,
    `mutation ($input: ${type}Input!) { ${verb}(input: $input) {
      __typename ... on ${type}Success { ${WRITTEN} ${success} } ${REFUSAL} } }`,
    { input },
  );
  if (answer.body.errors !== undefined) throw new Error(`${verb}: ${JSON.stringify(answer.body.errors)}`);
  return answer.body.data[verb];
}

/** A document of three headings and a front matter, different for each name. */
export function sampleText(name: string): string {
  return `---\ntitle: ${name}\n---\n\n# ${name}\n\nIntroduction.\n\n## One\n\nFirst ${name}.\n\n## Two\n\nSecond ${name}.\n`;
}

let counter = 0;
/** A name that no other call of this file got. */
export function fresh(prefix = 'doc'): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

export interface Marked {
  readonly name: string;
  readonly sourceId: string;
  readonly entryId: string;
}

/** Registers and marks a document. */
export async function marked(
  server: TestServer,
  name = fresh(),
  more: { text?: string; docCode?: string; blockedBy?: string[]; key?: string; profile?: string } = {},
): Promise<Marked> {
  const { marker } = server.tokens;
  const key = more.key ?? name;
  const registered = await call(
    server,
    marker,
    'registerSource',
    {
      idempotencyKey: `source:${key}`,
      docCode: more.docCode ?? name,
      content: { text: more.text ?? sampleText(name) },
    },
    'source { sourceId }',
  );
  const sourceId = registered.source.sourceId;
  const input = {
    idempotencyKey: `mark:${key}`,
    sourceId,
    cutSpec: { profile: more.profile ?? 'markdown' },
    signalSource: 'test',
  };
  const blockedBy = more.blockedBy === undefined ? {} : { blockedBy: more.blockedBy };
  const mark = await call(server, marker, 'mark', { ...input, ...blockedBy }, 'entry { entryId }');
  if (mark.__typename !== 'MarkSuccess') throw new Error(`mark: ${JSON.stringify(mark)}`);
  return { name: key, sourceId, entryId: mark.entry.entryId };
}

/** Sweeps until nothing waits. */
export async function sweepAll(server: TestServer): Promise<void> {
  for (;;) {
    const pass = await call(
      server,
      server.tokens.marker,
      'sweep',
      { idempotencyKey: fresh('sweep'), limit: 1000 },
      'promoted { entryId }',
    );
    if (pass.promoted.length === 0) return;
  }
}

export async function manifestOf(server: TestServer, entryId: string): Promise<string> {
  const answer = await server.gql(
    server.tokens.reviewer,
    `query ($entryId: UUID) { planCut(entryId: $entryId) { __typename ... on Plan { manifestDigest problems { code } } ${REFUSAL} } }`,
    { entryId },
  );
  return answer.body.data.planCut.manifestDigest;
}

export interface Reviewed extends Marked {
  readonly manifestDigest: string;
  readonly decisionId: string;
}

/** Registers, marks, sweeps and reviews a document. */
export async function reviewed(
  server: TestServer,
  verdict: 'APPROVE' | 'REJECT' | 'DEFER' = 'APPROVE',
  entry?: Marked,
): Promise<Reviewed> {
  const made = entry ?? (await marked(server));
  await sweepAll(server);
  const manifestDigest = await manifestOf(server, made.entryId);
  const review = await call(
    server,
    server.tokens.reviewer,
    'review',
    { idempotencyKey: `review:${made.name}`, entryId: made.entryId, verdict, manifestDigest },
    'decision { reviewDecisionId }',
  );
  if (review.__typename !== 'ReviewSuccess') throw new Error(`review: ${JSON.stringify(review)}`);
  return { ...made, manifestDigest, decisionId: review.decision.reviewDecisionId };
}

export interface WasCut extends Reviewed {
  readonly changeSetId: string;
}

/** Takes a document to `cut_applied`. */
export async function wasCut(server: TestServer, entry?: Marked): Promise<WasCut> {
  const made = await reviewed(server, 'APPROVE', entry);
  const cut = await call(
    server,
    server.tokens.executor,
    'cut',
    { idempotencyKey: `cut:${made.name}`, entryId: made.entryId, manifestDigest: made.manifestDigest },
    'changeSet { changeSetId }',
  );
  if (cut.__typename !== 'CutSuccess') throw new Error(`cut: ${JSON.stringify(cut)}`);
  return { ...made, changeSetId: cut.changeSet.changeSetId };
}

/** The verifier's verdict on a cut. */
export function verifyCut(server: TestServer, made: { name: string; changeSetId: string }): Promise<Loose> {
  return call(
    server,
    server.tokens.verifier,
    'verify',
    { idempotencyKey: `verify:${made.name}`, changeSetId: made.changeSetId },
    'result { verdict axis1Status axis2Status escalationRef rollbackChangeSetIdTriggered } entry { status } findings { axis unit code message }',
  );
}

/** Takes a document through all five phases. */
export async function verified(
  server: TestServer,
  entry?: Marked,
): Promise<WasCut & { readonly verdict: Loose }> {
  const made = await wasCut(server, entry);
  return { ...made, verdict: await verifyCut(server, made) };
}
