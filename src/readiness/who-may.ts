import { mayCall, type Scope, verbsAllowed } from '../auth/authority.ts';
import { ENTRY_VERBS, type EntryVerb, entryActions, statesOfVerb, WAY_KIND } from '../law/actions.ts';
import { settlingOf } from '../law/hindrances.ts';
import { doneDeeds, type Party } from '../law/parties.ts';
import type { PrincipalKind } from '../law/values.ts';
import type { StandingPrincipal, TokenBounds } from './principals.ts';
import type { CallStep } from './step.ts';

/** Somebody who might do a step, with one token. */
export interface WouldBeDoer extends Party {
  readonly principal: string;
  readonly person: string;
  readonly kind: PrincipalKind;
  readonly scopes: ReadonlySet<Scope>;
}

/** A principal as a candidate, by what one of its tokens leaves to it. */
export function candidateOf(
  { principal_id, person_id, kind, scopes }: StandingPrincipal,
  token: Pick<TokenBounds, 'scopes'> = { scopes: null },
): WouldBeDoer {
  const left = token.scopes === null ? scopes : scopes.filter((scope) => token.scopes?.includes(scope));
  return { principal: principal_id, person: person_id, kind, scopes: new Set(left) };
}

/**
 * Whether the verb of a step would take this caller: by scope, kind and separation of duty, as the verbs judge it. The
 * steps before it are judged apart (`isApart`).
 */
export function mayDo(candidate: WouldBeDoer, step: CallStep, authors: ReadonlyMap<string, string>): boolean {
  const verbs = verbsAllowed(candidate);
  if (step.verb === 'resolveComment') {
    const author = { principal: step.author, person: authors.get(step.author ?? 'nobody') ?? null };
    const settling = settlingOf({ ...candidate, verbs }, author, step.did, step.rules);
    return verbs.has('resolveComment') && (settling.as === 'author' || settling.as === 'reviewer');
  }
  if (
    step.verb === 'approveCut' &&
    (candidate.kind !== 'person' || doneDeeds(candidate, step.did).length > 0)
  )
    return false;
  if (!isEntryVerb(step.verb)) return mayCall(candidate, step.verb, step.inputKind);
  // As the entry will be when it is the step's turn.
  const [status] = statesOfVerb(step.verb);
  if (status === undefined) return false;
  const kind = step.verb === 'abandon' ? 'escalation' : WAY_KIND;
  return entryActions({ kind, status, did: step.did, rules: step.rules }, { ...candidate, verbs }).includes(
    step.verb,
  );
}

const isEntryVerb = (verb: CallStep['verb']): verb is EntryVerb =>
  (ENTRY_VERBS as readonly string[]).includes(verb);

/** Whether a token reaches what a step names: a token that is narrowed takes no call that names no entry. */
export function isReached(
  token: TokenBounds,
  step: Pick<CallStep, 'reach' | 'docCode' | 'manifestDigest'>,
): boolean {
  const { entry_ids, doc_codes, manifest_digest } = token;
  if (manifest_digest !== null && manifest_digest !== step.manifestDigest) return false;
  if (entry_ids === null && doc_codes === null) return true;
  return (
    step.reach.length > 0 &&
    (entry_ids === null || step.reach.every((id) => entry_ids.includes(id))) &&
    (doc_codes === null || (step.docCode !== null && doc_codes.includes(step.docCode)))
  );
}
