import type { Verb } from '../../src/auth/authority.ts';
import { personIdOf } from '../../src/auth/sample-parties.ts';
import { DEFAULT_RULES } from '../../src/law/rules/rules.ts';
import { approvedCut, approverSeed, reviewedByAnother, signedApproval } from './approvers.ts';
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
import { createdPrincipal, freshName, issuedToken, newPrincipal } from './parties.ts';
import { freshWord, profileBody } from './registry.ts';
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
  async registerVocabulary() {
    const terms = [
      { termKind: 'UNIT_KIND', term: freshWord(), description: 'A unit of a law.', atMost: null },
      { termKind: 'SECTION_TYPE', term: freshWord(), description: 'A principle.', atMost: 3 },
    ];
    return example(
      'registerVocabulary',
      'administrator',
      { terms },
      'terms { termKind term description atMost registeredBy }',
    );
  },
  async registerProfile() {
    const input = { name: freshWord(), version: '1', body: profileBody() };
    return example(
      'registerProfile',
      'administrator',
      input,
      'profile { reference digest body isShipped registeredBy }',
    );
  },
  async comment(server) {
    const { entryId } = await marked(server);
    const manifestDigest = await manifestOf(server, entryId);
    const input = {
      entryId,
      manifestDigest,
      localId: 'u000000',
      body: 'Is this the text in force?\nSee the gazette.',
    };
    return example('comment', 'reviewer', input, 'comment { commentId address body }');
  },
  async resolveComment(server) {
    const made = await commented(server);
    const input = { entryId: made.entryId, commentId: made.commentId, note: 'It is.' };
    return example(
      'resolveComment',
      'reviewer',
      input,
      'comment { commentId } resolution { resolutionId note }',
    );
  },
  async createPrincipal() {
    return example(
      'createPrincipal',
      'administrator',
      newPrincipal(),
      'principal { principalId name scopes }',
    );
  },
  async updatePrincipal(server) {
    const principalId = await createdPrincipal(server);
    const input = { principalId, name: freshName(), scopes: ['LEDGER_OBSERVE'], reason: 'Marks no more.' };
    return example('updatePrincipal', 'administrator', input, 'principal { principalId name scopes }');
  },
  async suspendPrincipal(server) {
    const input = { principalId: await createdPrincipal(server), reason: 'Left.' };
    return example('suspendPrincipal', 'administrator', input, 'principal { principalId isDisabled }');
  },
  async issueToken(server) {
    const input = {
      principalId: await createdPrincipal(server),
      scopes: ['ENTRY_MARK', 'LEDGER_OBSERVE'],
      entryIds: ['6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144'],
      docCodes: ['a-law'],
      manifestDigest: `sha256:${'1'.repeat(64)}`,
      expiresAt: inDays(60),
    };
    return example('issueToken', 'administrator', input, 'token { tokenId scopes expiresAt }');
  },
  async narrowToken(server) {
    const { tokenId } = await issuedToken(server);
    const input = {
      tokenId,
      scopes: ['LEDGER_OBSERVE'],
      docCodes: ['a-law'],
      reason: 'It was seen elsewhere.',
    };
    return example('narrowToken', 'administrator', input, 'token { tokenId scopes docCodes }');
  },
  async rotateToken(server) {
    const { tokenId } = await issuedToken(server);
    const input = { tokenId, overlapSeconds: 60, expiresAt: inDays(60) };
    return example('rotateToken', 'administrator', input, 'token { tokenId replacesTokenId expiresAt }');
  },
  async revokeToken(server) {
    const { tokenId } = await issuedToken(server);
    return example('revokeToken', 'administrator', { tokenId, reason: 'It was lost.' }, 'token { tokenId }');
  },
  async approveCut(server) {
    const { entryId, manifestDigest } = await reviewedByAnother(server);
    await approverSeed(server, server.tokens.reviewer);
    const input = { entryId, manifestDigest, expiresAt: inHours(6) };
    return example('approveCut', 'reviewer', input, 'approvalId entryId');
  },
  async revokeCutApproval(server) {
    const input = { approvalId: await approvedCut(server), reason: 'The council met again.' };
    return example('revokeCutApproval', 'reviewer', input, 'approvalId entryId');
  },
  async changeRules() {
    const input = { rules: otherRules(), reason: 'The council decided it.' };
    return example('changeRules', 'administrator', input, 'rules { version body } isWeaker weaker');
  },
};

/** The default rules, with a role that nothing asks for and that no other rules have. */
export function otherRules(): object {
  return { ...DEFAULT_RULES, roles: { [freshName()]: [personIdOf('Rene Sample')] } };
}

/** A time that many hours from now, as callers write it. */
export function inHours(hours: number): string {
  return inDays(hours / 24);
}

/** A time that many days from now, as callers write it. */
function inDays(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
}

export const VERBS = Object.keys(EXAMPLES) as Verb[];

function example(verb: Verb, who: keyof SampleTokens, input: object, success: string): Example {
  return { verb, who, input: { idempotencyKey: fresh(`example-${verb}`), ...input }, success };
}

export interface Commented {
  readonly entryId: string;
  readonly manifestDigest: string;
  readonly commentId: string;
}

/** Marks a document, and says something of its plan, as a whole where no more is given. */
export async function commented(
  server: TestServer,
  more: {
    readonly who?: keyof SampleTokens;
    readonly entryId?: string;
    readonly [field: string]: unknown;
  } = {},
): Promise<Commented> {
  const { who = 'reviewer', ...rest } = more;
  const entryId = more.entryId ?? (await marked(server)).entryId;
  const manifestDigest = await manifestOf(server, entryId);
  const input = {
    idempotencyKey: fresh('comment'),
    body: 'Is this right?',
    ...rest,
    entryId,
    manifestDigest,
  };
  const answer = await call(server, server.tokens[who], 'comment', input, 'comment { commentId }');
  if (answer.__typename !== 'CommentSuccess') throw new Error(`comment: ${JSON.stringify(answer)}`);
  return { entryId, manifestDigest, commentId: answer.comment.commentId };
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
export async function perform(
  server: TestServer,
  made: Example,
  other: Record<string, unknown> = {},
): Promise<Loose> {
  if (made.verb === 'approveCut' && other['dryRun'] !== true) {
    // What is signed depends on the rest.
    const seed = await approverSeed(server, server.tokens.reviewer);
    return await signedApproval(
      server,
      server.tokens[made.who],
      seed,
      { ...made.input, ...other },
      made.success,
    );
  }
  return await call(server, server.tokens[made.who], made.verb, { ...made.input, ...other }, made.success);
}

/** The places that a refusal names, each joined by dots. */
export function places(refusal: Loose): string[] {
  return refusal.problems.map((problem: { path: string[] }) => problem.path.join('.'));
}
