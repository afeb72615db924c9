import { afterEach } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import { type TestServer, type TestServerOptions, testServer } from '../harness/server.ts';

/** Input that is wrong in every field that isn't judged by GraphQL itself. */
export const BAD: Readonly<Record<Verb, Record<string, unknown>>> = {
  registerSource: { idempotencyKey: '', docCode: '!', mediaType: 'x', content: { base64: '?' } },
  mark: { idempotencyKey: '', sourceId: 'x', cutSpec: { profile: '' }, signalSource: '' },
  declareDependency: { idempotencyKey: '', fromEntryId: 'x', toEntryId: 'x', kind: 'BLOCKS' },
  sweep: { idempotencyKey: '', limit: 0 },
  review: { idempotencyKey: '', entryId: 'x', verdict: 'APPROVE', manifestDigest: 'x', expiresAt: 'soon' },
  cut: { idempotencyKey: '', entryId: 'x', manifestDigest: 'x' },
  verify: { idempotencyKey: '', changeSetId: 'x' },
  registerVocabulary: {
    idempotencyKey: '',
    terms: [{ termKind: 'UNIT_KIND', term: '', description: '', atMost: 0 }],
  },
  registerProfile: { idempotencyKey: '', name: '', version: '', body: 1 },
  abandon: { idempotencyKey: '', entryId: 'x', rationale: '' },
  comment: { idempotencyKey: '', entryId: 'x', manifestDigest: 'x', body: '' },
  resolveComment: { idempotencyKey: '', entryId: 'x', commentId: 'x', note: '' },
  createPrincipal: { idempotencyKey: '', name: '', kind: 'PERSON', person: { name: '' }, scopes: [] },
  updatePrincipal: { idempotencyKey: '', principalId: 'x', name: '', scopes: [], reason: '' },
  suspendPrincipal: { idempotencyKey: '', principalId: 'x', reason: '' },
  issueToken: { idempotencyKey: '', principalId: 'x', entryIds: [], expiresAt: 'soon' },
  narrowToken: { idempotencyKey: '', tokenId: 'x', docCodes: [], manifestDigest: 'x' },
  rotateToken: { idempotencyKey: '', tokenId: 'x', overlapSeconds: -1 },
  revokeToken: { idempotencyKey: '', tokenId: 'x', reason: '' },
  approveCut: { idempotencyKey: '', entryId: '', manifestDigest: '' },
  revokeCutApproval: { idempotencyKey: '', approvalId: '', reason: '' },
  changeRules: { idempotencyKey: '', rules: {}, reason: '' },
};

export function mutation(verb: string): string {
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ... on Refusal { message guard problems { path code } } } }`;
}

const seconds: TestServer[] = [];
afterEach(async () => {
  for (const each of seconds.splice(0)) await each.close();
});

/** Another server on the same database, differently equipped. It closes after the test. */
export async function otherServer(server: TestServer, equipped: TestServerOptions): Promise<TestServer> {
  const other = await testServer({ database: server.database, ...equipped });
  seconds.push(other);
  return other;
}
