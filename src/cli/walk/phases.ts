/** The verbs of a run as calls of the API: each is timed, repeated while the ledger is busy, and gives its line. */

import {
  CutDocument,
  type CutInput,
  MarkDocument,
  type MarkInput,
  RegisterSourceDocument,
  type RegisterSourceInput,
  ReviewDocument,
  type ReviewInput,
  SweepDocument,
  type SweepInput,
  VerifyDocument,
  type VerifyInput,
} from '../../client/generated/graphql.ts';
import type { Operation } from '../../client/operation.ts';
import { type KeyedVariables, repeatCall } from '../../client/repeat.ts';
import { type Client, ClientFault } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import { type PhaseLine, phaseLine, shownStatus } from '../terminal/report.ts';

export const ROLES = ['marker', 'reviewer', 'executor', 'verifier'] as const;
/** Who acts in a run; each has a token of its own, since nobody may do it alone. */
export type Role = (typeof ROLES)[number];
export type Clients = Readonly<Record<Role, Client>>;

export interface PhasesOptions {
  readonly clients: Clients;
  readonly print: (line: string) => void;
}

export function phaseCalls({ clients, print }: PhasesOptions) {
  const printPhase = (line: PhaseLine) => print(phaseLine(line));
  return {
    async registerSource(input: RegisterSourceInput) {
      const timed = await performVerb(clients.marker, RegisterSourceDocument, { input });
      const written = acceptedOutcome('Registering the document', timed.answer, 'RegisterSourceSuccess');
      printPhase({ phase: 'REGISTER', lane: 'DOT-991', outcome: written.source.docCode, written, ...timed });
      return written.source;
    },
    /** Quiet: its caller may be looking for the attempt to go on with. */
    async mark(input: MarkInput) {
      const timed = await performVerb(clients.marker, MarkDocument, { input });
      const written = acceptedOutcome('MARK', timed.answer, 'MarkSuccess');
      const { entryId, status } = written.entry;
      // The outcome of the mark itself; the entry may have gone further since.
      const line: PhaseLine = { phase: 'MARK', lane: 'DOT-991', outcome: 'marked', written, ...timed };
      return { entryId, status, replayed: written.replayed, printLine: () => printPhase(line) };
    },
    async sweep(input: SweepInput) {
      const timed = await performVerb(clients.marker, SweepDocument, { input });
      const written = acceptedOutcome('SWEEP', timed.answer, 'SweepSuccess');
      if (!written.replayed)
        printPhase({ phase: 'SWEEP', lane: 'DOT-991', outcome: 'review_pending', written, ...timed });
      return { replayed: written.replayed };
    },
    async review(input: ReviewInput) {
      const timed = await performVerb(clients.reviewer, ReviewDocument, { input });
      const written = acceptedOutcome('REVIEW', timed.answer, 'ReviewSuccess');
      printPhase({ phase: 'REVIEW', lane: 'DOT-991', outcome: 'reviewed_approved', written, ...timed });
      return written.entry;
    },
    async cut(input: CutInput) {
      const timed = await performVerb(clients.executor, CutDocument, { input });
      const written = acceptedOutcome('CUT', timed.answer, 'CutSuccess');
      printPhase({ phase: 'CUT', lane: 'DOT-991', outcome: 'cut_applied', written, ...timed });
      return { ...written.entry, changeSetId: written.changeSet.changeSetId };
    },
    async verify(input: VerifyInput) {
      const timed = await performVerb(clients.verifier, VerifyDocument, { input });
      const written = acceptedOutcome('VERIFY', timed.answer, 'VerifySuccess');
      const { entry, findings, result } = written;
      printPhase({ phase: 'VERIFY', lane: 'DOT-992', outcome: shownStatus(entry.status), written, ...timed });
      return { ...entry, verdict: result.verdict, findings };
    },
  };
}
export type Phases = ReturnType<typeof phaseCalls>;

/** Where the answer was lost, or the ledger is busy, the same call is repeated with the same key, a few times. */
async function performVerb<Outcome extends { readonly __typename: string }, Variables extends KeyedVariables>(
  client: Client,
  operation: Operation<{ readonly outcome: Outcome }, Variables>,
  variables: Variables,
): Promise<{ answer: Outcome; at: Date; elapsedMs: number }> {
  const begun = performance.now();
  const { outcome } = await repeatCall({ send: () => client.execute(operation, variables), lost: lostCall });
  return { answer: outcome, at: new Date(), elapsedMs: performance.now() - begun };
}

/** Whether no answer came. */
export const lostCall = (error: unknown) =>
  error instanceof ClientFault && error.kind === 'unreachable' ? { retryAfterMs: null } : null;
