import type { Verb } from '../../auth/authority.ts';
import { derivedId } from '../../proof/uuid.ts';

/**
 * What a call of each verb makes one of. What it makes many of has a name with the thing that each is for, such as
 * `version:3`.
 */
const THINGS = {
  registerSource: ['source'],
  mark: ['history'],
  sweep: ['log'],
  review: ['envelope', 'decision', 'history'],
  cut: ['change_set', 'signature', 'history'],
  verify: ['result', 'signature', 'history', 'compensation', 'escalation_history'],
  abandon: ['history'],
  declareDependency: ['dependency'],
  // A term has an id of its own, by its kind and its word.
  registerVocabulary: [],
  registerProfile: ['profile'],
  comment: ['comment'],
  resolveComment: ['resolution'],
  createPrincipal: ['principal', 'person', 'version'],
  updatePrincipal: ['version'],
  suspendPrincipal: ['version'],
  issueToken: ['token', 'version'],
  narrowToken: ['version'],
  // The token that follows, and how the old one ends.
  rotateToken: ['token', 'version', 'end'],
  revokeToken: ['version'],
  changeRules: ['rules'],
  approveCut: ['approval'],
  revokeCutApproval: ['revocation'],
} as const satisfies Readonly<Record<Verb, readonly string[]>>;

/** All ids of one call. They derive from its key once; the call's record has one too. */
export type PhaseIds<V extends Verb> = V extends Verb
  ? Readonly<Record<(typeof THINGS)[V][number] | 'record', string>> & {
      /** The id of one of many things. None is remembered: a large document has hundreds of thousands. */
      readonly each: (thing: `${string}:${string}`) => string;
    }
  : never;

/**
 * The ids of a call derive from its idempotency key, so that every attempt and every replay makes the same ones. The
 * parts are joined by NUL, which no key, address or local id may hold: no two things of two calls can ever share an
 * id, and none can take that of an entry, whose id derives from its key alone.
 */
export function phaseIds<V extends Verb>(verb: V, idempotencyKey: string): PhaseIds<V> {
  const idOf = (thing: string): string => derivedId(`${verb}\0${thing}\0${idempotencyKey}`);
  const single = ['record', ...THINGS[verb]].map((thing) => [thing, idOf(thing)]);
  return { ...Object.fromEntries(single), each: idOf } as PhaseIds<V>;
}
