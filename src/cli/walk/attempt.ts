/** Finds the attempt at a document that a run goes on with. */

import type { EntryStatus } from '../../client/generated/graphql.ts';
import { FAILED_STATES } from '../../law/states.ts';
import { nameOfWord } from '../../text/words.ts';
import { ClientFault } from '../client/client.ts';
import { Refused } from '../client/refused.ts';
import { type Clients, type Phases, phaseCalls } from './phases.ts';
import { planOf } from './reading.ts';
import { shortDigest, sourceInputOf } from './source-input.ts';
import type { WalkDocument } from './walk-document.ts';

export interface AttemptOptions {
  readonly clients: Clients;
  readonly document: WalkDocument;
  readonly print: (line: string) => void;
  /** Called where the registration is refused. */
  readonly unregistered?: () => void;
}

export interface Attempt {
  readonly phases: Phases;
  readonly entryId: string;
  /** The entry's idempotency key; the later verbs' keys begin with it. */
  readonly key: string;
  readonly status: EntryStatus;
}

/**
 * Registers and marks; an attempt that ended without success, or was overtaken by another cut, is followed by the
 * next.
 */
export async function beginAttempt(options: AttemptOptions): Promise<Attempt> {
  const { document, clients, print } = options;
  const calls = phaseCalls({ clients, print });
  const { sourceId } = await registerDocument(options);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const key = attemptKey(document, attempt);
    const entry = await calls.mark({
      idempotencyKey: key,
      sourceId,
      cutSpec: cutSpecOf(document),
      signalSource: 'cutter run',
    });
    const { entryId, status } = entry;
    if (entry.replayed && (await isSpent(clients, entryId, status))) continue;
    entry.printLine();
    if (status === 'VERIFIED_COMPLETE') print('This text is cut and verified already. Nothing was written.');
    return { phases: calls, entryId, key, status };
  }
  throw new ClientFault(
    `This text has been tried ${MOST_ATTEMPTS} times, and no attempt can be continued. ` +
      'No ledger behaves like this: check what answers at its address.',
  );
}

/** The source of a document. */
export async function registerDocument(options: AttemptOptions): Promise<{ readonly sourceId: string }> {
  const { registerSource } = phaseCalls(options);
  return await registerSource(sourceInputOf(options.document)).catch((error: unknown) => {
    if (error instanceof Refused) options.unregistered?.();
    throw error;
  });
}

/** Nobody tries so often; a server that always answers so is no ledger. */
const MOST_ATTEMPTS = 1_000;

/** The entry's idempotency key at the n-th attempt at these bytes. */
export function attemptKey({ docCode, profile, granularity, bytes }: WalkDocument, attempt: number): string {
  const how = granularity === null ? profile : `${profile} ${granularity}`;
  return `run:${docCode}:${shortDigest(how, bytes)}:${attempt}`;
}

export function cutSpecOf({ profile, granularity }: WalkDocument) {
  return granularity === null ? { profile } : { tuned: { profile, granularity } };
}

/** Whether an attempt of an earlier run can't be gone on with. */
export async function isSpent(clients: Clients, entryId: string, status: EntryStatus): Promise<boolean> {
  if (status !== 'VERIFIED_COMPLETE') return FAILED_STATES.some((failed) => nameOfWord(failed) === status);
  const { actionCounts } = await planOf({ clients, entryId });
  return actionCounts.some(({ action, count }) => CHANGES.includes(action) && count > 0);
}

const CHANGES: readonly string[] = ['BIRTH', 'VERSION', 'VANISHED'];
