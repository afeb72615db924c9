/**
 * What a monitor asks a ledger that it follows: bodies, proofs and passports, each as the server gives it and no
 * further judged.
 */
import { ANSWER_BOUNDS } from '../../client/answer.ts';
import {
  IssuePassportDocument,
  NewestHeadDocument,
  ProveConsistencyDocument,
} from '../../client/generated/graphql.ts';
import type { Operation } from '../../client/operation.ts';
import type { LedgerAnswers } from '../../monitor/followed-ledger.ts';
import { type Client, ClientFault, openClient } from './client.ts';

/** The record of a large cut names each of its rows. */
const BOUNDS = { ...ANSWER_BOUNDS, answerBytes: 128 * 1024 * 1024 };
/** How often the ledger may fail at a question before that is its answer. */
const ATTEMPTS = 3;

export interface AnswersOptions {
  readonly url: string;
  readonly token: string;
  readonly who: string;
  /** How long it may be silent, whatever it was asked. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

export function openAnswers({ silenceMs, ...options }: AnswersOptions): LedgerAnswers {
  const answerMs = Math.min(BOUNDS.answerMs, silenceMs);
  const client = openClient({ ...options, bounds: { ...BOUNDS, answerMs } });
  return {
    async bodies(positions) {
      const together = await answeredOrNull(() => bodiesOf(client, positions));
      if (together !== null) return together;
      // One that can't be given shouldn't hide the others.
      const alone: (string | null)[] = [];
      for (const position of positions)
        alone.push((await answeredOrNull(() => bodiesOf(client, [position])))?.[0] ?? null);
      return alone;
    },
    async checkpoint() {
      const given = await answeredOrNull(() => client.execute(NewestHeadDocument, {}));
      return given?.checkpoint?.note ?? null;
    },
    async consistencyProof(from, to) {
      const variables = { from: String(from), to: String(to) };
      const given = await answeredOrNull(() => client.execute(ProveConsistencyDocument, variables));
      return given?.consistencyProof?.hashes.map((hash) => Buffer.from(hash, 'base64')) ?? null;
    },
    async passport(changeSetId) {
      const given = await answeredOrNull(() => client.execute(IssuePassportDocument, { changeSetId }));
      if (given === null) return { text: null, why: 'it fails at it.', later: true };
      const { outcome } = given;
      if (outcome.__typename === 'Passport') return { text: outcome.text };
      return { text: null, why: outcome.message, later: outcome.retryable };
    },
  };
}

/** Null where the ledger fails at it each time; any other fault is thrown. */
async function answeredOrNull<T>(ask: () => Promise<T>): Promise<T | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ClientFault) || error.kind !== 'failed') throw error;
    }
  }
  return null;
}

type Bodies = Readonly<Record<string, { readonly body: string } | null>>;

/** The same text for each number of records: places are variables, so that the server knows the operation again. */
async function bodiesOf(client: Client, positions: readonly number[]): Promise<(string | null)[]> {
  const names = positions.map((_, at) => `p${at}`);
  const asked = names.map((name) => `${name}: record(position: $${name}) { body }`).join('\n');
  const text = `query RecordBodies(${names.map((name) => `$${name}: Position!`).join(', ')}) {\n${asked}\n}`;
  const variables = Object.fromEntries(positions.map((position, at) => [`p${at}`, String(position)]));
  const bodies = await client.execute<Bodies, typeof variables>(
    text as unknown as Operation<Bodies, typeof variables>,
    variables,
  );
  return names.map((name) => bodies[name]?.body ?? null);
}
