/** The verbs of a run as calls of the API: each is timed, repeated while the ledger is busy, and gives its line. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Operation } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
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
} from '../generated/graphql.ts';
import { type PhaseLine, phaseLine, shownStatus } from '../terminal/report.ts';

export const ROLES = ['marker', 'reviewer', 'executor', 'verifier'] as const;
/** Who acts in a run; each has a token of its own, since nobody may do it alone. */
export type Role = (typeof ROLES)[number];
export type Clients = Readonly<Record<Role, Client>>;

export interface PhasesOptions {
  readonly clients: Clients;
  readonly print: (line: string) => void;
}

/** A busy ledger is asked again with the same key, a few times, with a longer wait each time. */
const PATIENCE_MS = [50, 200, 800, 2_000];

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

async function performVerb<Outcome extends { readonly __typename: string }, Variables>(
  client: Client,
  operation: Operation<{ readonly outcome: Outcome }, Variables>,
  variables: Variables,
): Promise<{ answer: Outcome; at: Date; elapsedMs: number }> {
  const begun = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { outcome } = await client.execute(operation, variables);
    const wait = PATIENCE_MS[attempt];
    if (wait === undefined || outcome.__typename !== 'Busy') {
      return { answer: outcome, at: new Date(), elapsedMs: performance.now() - begun };
    }
    await pause(wait);
  }
}
