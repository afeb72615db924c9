import { hash } from 'node:crypto';
import type { Scope } from '../../src/auth/authority.ts';
import { addApproverKey } from '../../src/boot/approver-key.ts';
import { preAuthEncoding } from '../../src/proof/dsse.ts';
import { publicKeyOf, signMessage } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { type Caller, caller } from './callers.ts';
import { call, fresh, type Loose, manifestOf, marked, type Reviewed, sweepAll } from './cycle.ts';
import { issuedToken } from './parties.ts';
import { type SampleTokens, type TestServer, type TestServerOptions, testServer } from './server.ts';

/** The statement to sign, of a dry run of approveCut. */
export const STATEMENT = 'statement { payloadType payload keyIds }';

/** The seed of a caller's own key, by its token; registered with the ledger once. */
const registered = new WeakMap<object, Set<string>>();
export async function approverSeed(server: TestServer, token: string): Promise<Uint8Array> {
  const { body } = await server.gql(token, '{ whoAmI { name } }');
  const { name } = body.data.whoAmI;
  const seed = new Uint8Array(hash('sha256', `approver ${name}`, 'buffer'));
  const known = registered.get(server.database) ?? new Set();
  registered.set(server.database, known);
  if (known.has(name)) return seed;
  known.add(name);
  await addKey(server, name, seed);
  return seed;
}

/** As the owner: one more key of a principal, the newest. */
export async function addKey(server: TestServer, name: string, seed: Uint8Array): Promise<void> {
  const owner = await server.superuser.connect();
  try {
    await addApproverKey(owner, { name, publicKey: Buffer.from(publicKeyOf(seed)).toString('base64') });
  } finally {
    owner.release();
  }
}

/** A signature of a statement, as mutations take it. */
export function signatureOf(statement: Loose, seed: Uint8Array): object {
  const payload = Buffer.from(statement.payload, 'base64');
  const signature = signMessage(seed, preAuthEncoding(statement.payloadType, payload));
  return {
    keyId: keyIdOf(publicKeyOf(seed)),
    signature: Buffer.from(signature).toString('base64'),
    statement: statement.payload,
  };
}

/** Approves a cut: asks for the statement, signs it, and sends that. The answer is the first refusal, or the success. */
export async function signedApproval(
  server: TestServer,
  token: string,
  seed: Uint8Array,
  input: Readonly<Record<string, unknown>>,
  success = 'approvalId',
): Promise<Loose> {
  const asked = await call(server, token, 'approveCut', { ...input, dryRun: true }, STATEMENT);
  if (asked.statement == null) return await call(server, token, 'approveCut', input, success);
  const signature = signatureOf(asked.statement, seed);
  return await call(server, token, 'approveCut', { ...input, signature }, success);
}

const reviewers = new WeakMap<TestServer, Promise<string>>();

/** An entry that somebody else than the sample reviewer has approved: that one may approve its cut. */
export async function reviewedByAnother(server: TestServer): Promise<Omit<Reviewed, 'decisionId'>> {
  const entry = await marked(server);
  await sweepAll(server);
  const manifestDigest = await manifestOf(server, entry.entryId);
  const scopes = ['LEDGER_OBSERVE', 'LEDGER_EVIDENCE', 'DOCUMENT_READ', 'ENTRY_REVIEW'];
  const known = reviewers.get(server) ?? issuedToken(server, {}, { scopes }).then(({ secret }) => secret);
  reviewers.set(server, known);
  const input = {
    idempotencyKey: fresh('other-review'),
    entryId: entry.entryId,
    verdict: 'APPROVE',
    manifestDigest,
  };
  const answer = await call(server, await known, 'review', input);
  if (answer.__typename !== 'ReviewSuccess') throw new Error(`review: ${JSON.stringify(answer)}`);
  return { ...entry, manifestDigest };
}

/** The id of an approval that the sample reviewer has given. */
export async function approvedCut(server: TestServer): Promise<string> {
  const { entryId, manifestDigest } = await reviewedByAnother(server);
  const seed = await approverSeed(server, server.tokens.reviewer);
  const input = { idempotencyKey: fresh('approval'), entryId, manifestDigest };
  const answer = await signedApproval(server, server.tokens.reviewer, seed, input);
  if (answer.__typename !== 'ApproveCutSuccess') throw new Error(`approveCut: ${JSON.stringify(answer)}`);
  return answer.approvalId;
}

const READ = ['ledger:observe', 'ledger:evidence', 'document:read'] as const satisfies readonly Scope[];
const PRODUCTION_SCOPES = {
  administrator: ['principal:admin', 'rules:change'],
  marker: ['source:register', 'entry:mark', 'entry:sweep', 'entry:abandon'],
  reviewer: ['entry:review', 'entry:sweep'],
  executor: ['change:cut'],
  verifier: ['change:verify'],
  observer: [],
  approver: ['approval:grant'],
} as const satisfies Record<string, readonly Scope[]>;

/** A production ledger with a principal for each task, each of a person of its own. */
export interface ProductionServer extends TestServer {
  readonly approver: Caller;
  readonly callers: Readonly<Record<keyof typeof PRODUCTION_SCOPES, Caller>>;
}

/** A person, service or agent of a production ledger. */
export function productionCaller(
  server: TestServer,
  scopes: readonly Scope[],
  personId?: string,
): Promise<Caller> {
  const person = personId === undefined ? {} : { personId };
  return caller(server, { scopes: [...READ, ...scopes], rehearsal: false, ...person });
}

export async function productionServer(options: TestServerOptions = {}): Promise<ProductionServer> {
  const server = await testServer({ ...options, mode: 'production' });
  const names = Object.keys(PRODUCTION_SCOPES) as (keyof typeof PRODUCTION_SCOPES)[];
  const made = await Promise.all(
    names.map(async (name) => [name, await productionCaller(server, PRODUCTION_SCOPES[name])] as const),
  );
  const callers = Object.fromEntries(made) as ProductionServer['callers'];
  const tokens = Object.fromEntries(
    made.map(([name, { token }]) => [name, token]),
  ) as unknown as SampleTokens;
  return { ...server, tokens, callers, approver: callers.approver };
}

/** The seed of a caller's own key, registered. */
export function seedOfCaller(server: TestServer, { token }: Pick<Caller, 'token'>): Promise<Uint8Array> {
  return approverSeed(server, token);
}
