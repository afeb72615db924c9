import type { ActingCaller } from '../law/actions.ts';
import { partyOf } from '../law/parties.ts';
import { verbsAllowed } from './authority.ts';
import type { Session } from './session.ts';

/** A caller as the law of actions sees it. */
export function actingCaller(session: Session): ActingCaller {
  return { ...partyOf(session), kind: session.kind, verbs: verbsAllowed(session) };
}
