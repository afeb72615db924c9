import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Session } from '../auth/session.ts';
import { RULES_OF_ORIGIN } from '../law/rules/rules.ts';
import { actsOfSteps, MOST_NAMED, namedDoer } from './acts.ts';
import { NOTHING_TO_DO, type ReadinessAnswer } from './entry-readiness.ts';
import type { StandingPrincipal } from './principals.ts';
import type { CallStep } from './step.ts';
import { mayDo } from './who-may.ts';

export interface SourceLook {
  readonly caller: Session;
  readonly principals: readonly StandingPrincipal[];
  readonly evidence: Pick<DatabasePool, 'maybeOne'>;
}

const sourceRow = z.object({ doc_code: z.string() });

/** Whether somebody may mark the document of a source. How it is to be cut is judged by `planCut`, with its profile. */
export async function markReadiness(look: SourceLook, sourceId: string): Promise<ReadinessAnswer> {
  const { caller, principals, evidence } = look;
  const source = await evidence.maybeOne(sql.prepared('readiness.source', sourceRow)`
    /* readiness.source */ select s.doc_code from cutter_source.source s where s.source_id = ${sourceId}::uuid`);
  if (source === null) {
    const message = `No source ${sourceId} is registered; registerSource registers the document and gives its id.`;
    const gaps = [{ kind: 'not_found' as const, message, sourceId }];
    return { ...NOTHING_TO_DO, state: 'never', gaps };
  }
  const step: CallStep = {
    verb: 'mark',
    reach: [],
    docCode: source.doc_code,
    manifestDigest: null,
    entryId: null,
    did: {},
    rules: RULES_OF_ORIGIN.rules,
    whilePlan: null,
    author: null,
    input: { sourceId },
    missing: ['cutSpec', 'signalSource'],
    message: `Mark source ${sourceId}.`,
  };
  const { acts, gaps, last, doneBy, apartFrom } = actsOfSteps([], step, principals);
  const isReady = acts.length === 0;
  const { principalId: principal, personId: person, kind, scopes } = caller;
  const isNarrowed = caller.entryIds !== null || caller.manifestDigest !== null;
  return {
    state: isReady ? 'ready' : 'blocked',
    isReadyForCaller: isReady && !isNarrowed && mayDo({ principal, person, kind, scopes }, step, new Map()),
    whoMay: last.slice(0, MOST_NAMED).map(namedDoer),
    whoMayCount: last.length,
    doneBy,
    apartFrom,
    gaps,
    acts,
  };
}
