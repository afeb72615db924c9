import type { Problem, Refusal, RefusalName } from '../law/refusals.ts';
import { builder } from './builder.ts';

const ProblemSeverity = builder.enumType('ProblemSeverity', {
  description: 'Whether a problem blocks.',
  values: {
    ERROR: { value: 'error', description: 'It blocks: nothing is written, or nothing can be cut.' },
    WARNING: { value: 'warning', description: 'It blocks nobody; look at the place before you approve.' },
  } as const,
});

export const ProblemType = builder.objectRef<Problem>('Problem').implement({
  description: 'One fault at one place.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The way to the place, in the input or in the plan.' }),
    code: t.exposeString('code', { description: 'The kind of fault, for programs.' }),
    message: t.exposeString('message', { description: 'What is wrong there, for people.' }),
    severity: t.field({
      type: ProblemSeverity,
      description: 'Whether it blocks. The problems of a refusal are all errors.',
      resolve: (problem) => problem.severity ?? 'error',
    }),
    entryId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The entry that it is about, if it is about one. It need not be that of the input.',
      resolve: (problem) => problem.entryId ?? null,
    }),
    changeSetId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The change set that it is about, if it is about one.',
      resolve: (problem) => problem.changeSetId ?? null,
    }),
    address: t.field({
      type: 'String',
      nullable: true,
      description: 'The address of the unit that it is about, if it is about one.',
      resolve: (problem) => problem.address ?? null,
    }),
    reviewDecisionId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The live review decision that the input does not fit, if there is one.',
      resolve: (problem) => problem.reviewDecisionId ?? null,
    }),
    manifestDigest: t.field({
      type: 'Digest',
      nullable: true,
      description:
        'The digest that holds where that of the input does not: of the plan as it is now, or of what was approved.',
      resolve: (problem) => problem.manifestDigest ?? null,
    }),
    notBefore: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the entry is deferred, if it is.',
      resolve: (problem) => problem.notBefore ?? null,
    }),
  }),
});

/**
 * A refusal as an answer. GraphQL's executor throws on whatever is an Error, so the member of an outcome is a copy of
 * the refusal that isn't one.
 */
export class RefusalAnswer {
  readonly name: string;
  readonly message: string;
  readonly guard: Refusal['guard'];
  readonly retryable: boolean;
  readonly problems: readonly Problem[];

  constructor(refusal: Refusal) {
    this.name = refusal.name;
    this.message = refusal.message;
    this.guard = refusal.guard;
    this.retryable = refusal.retryable;
    this.problems = refusal.problems;
  }
}

const RefusalInterface = builder.interfaceRef<RefusalAnswer>('Refusal').implement({
  description:
    'The ledger refused: nothing was written. Every mutation answers with its success or with one of these.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'What is wrong, and what to do.' }),
    guard: t.exposeString('guard', {
      nullable: true,
      description: 'The guard that refused, e.g. `G-CUT-APPROVED`; null where no named guard did.',
    }),
    retryable: t.exposeBoolean('retryable', {
      description:
        'Whether the same call (same idempotency key, input and caller) can succeed later, because time ' +
        'passes or because somebody acts in the ledger; `message` says which. Acts of the operator of the ' +
        'ledger (rights, keys, vocabulary) do not count. NotFound is never retryable.',
    }),
    problems: t.field({
      type: [ProblemType],
      description: 'Each fault by itself, where there are several.',
      resolve: (refusal) => refusal.problems,
    }),
  }),
});

const DESCRIPTIONS: Record<RefusalName, string> = {
  Forbidden: 'The scopes of the caller, the person behind it or its token do not allow this.',
  LaneNotServed:
    'This server holds no secret for the lane that the verb needs; call a server that does. Or, if ' +
    '`retryable`: the database was set back, and nothing is written until both lanes have accepted where ' +
    'it resumes.',
  InvalidInput: 'The input breaks a rule of its shape; `problems` names each place.',
  NotFound: 'What the input names does not exist.',
  IdempotencyConflict: 'The idempotency key was used before with other content (for marks, G-MARK-IDEM).',
  AlreadyRegistered:
    'A word, or a profile of this name and version, is registered with another meaning. Nothing replaces it.',
  IllegalTransition: 'The state of the entry has no such move.',
  NotLive: 'This entry has a live decision; name it in `supersedesDecisionId` to review again.',
  CoverageBroken: 'The plan leaves a byte out, covers one twice, or uses a word the vocabulary lacks.',
  NotApproved: 'No live approval for exactly this manifest digest (G-CUT-APPROVED).',
  NotSanctioned:
    'In production: no live approval by a person pins what this cut does now (G-CUT-SOVEREIGN). `problems` names the ' +
    'pin that differs, or why the approval does not count.',
  DependencyOpen: 'Something this entry depends on is not complete (G-CUT-DEPS).',
  DependencyCycle: 'The edge would close a cycle of `blocks`.',
  AlreadyCut: 'This entry, or this manifest, has its cut already (G-CUT-ONCE).',
  PlanStale: 'The units that the plan was made against have changed since; plan and review again.',
  CommentsOpen:
    'Comments on this plan are open (G-REVIEW-COMMENTS); the same call can succeed once they are resolved.',
  SameParty: 'One party would be on both sides (G-VERIFY-SOD).',
  LaneMismatch: 'A signature, key or reference does not belong to the lane that used it.',
  SignatureRefused:
    'What the caller signed is not what the ledger would write now, or the key is not the caller’s own in this lane; ' +
    '`problems` names each member that differs.',
  PlanTooCostly:
    'The plan of the document takes more time or memory than one may; `problems` names the limit.',
  Drifted:
    'The shape of the database is not the one that its migrations made (G-CUT-DRIFT); `problems` names each part ' +
    'that differs. Nothing is cut or verified until it is mended.',
  Busy: 'This could not be served in time; repeat the call with the same idempotency key.',
};

function refusalType<Name extends RefusalName>(name: Name) {
  return builder.objectRef<RefusalAnswer>(name).implement({
    description: DESCRIPTIONS[name],
    interfaces: [RefusalInterface],
    isTypeOf: (value) => value instanceof RefusalAnswer && value.name === name,
  });
}

/** The object type of each refusal, by its class name: the members of a mutation's outcome beside its success. */
export const REFUSAL_TYPES: { readonly [Name in RefusalName]: ReturnType<typeof refusalType> } = {
  Forbidden: refusalType('Forbidden'),
  LaneNotServed: refusalType('LaneNotServed'),
  InvalidInput: refusalType('InvalidInput'),
  NotFound: refusalType('NotFound'),
  IdempotencyConflict: refusalType('IdempotencyConflict'),
  AlreadyRegistered: refusalType('AlreadyRegistered'),
  IllegalTransition: refusalType('IllegalTransition'),
  NotLive: refusalType('NotLive'),
  CoverageBroken: refusalType('CoverageBroken'),
  NotApproved: refusalType('NotApproved'),
  NotSanctioned: refusalType('NotSanctioned'),
  DependencyOpen: refusalType('DependencyOpen'),
  DependencyCycle: refusalType('DependencyCycle'),
  AlreadyCut: refusalType('AlreadyCut'),
  PlanStale: refusalType('PlanStale'),
  CommentsOpen: refusalType('CommentsOpen'),
  SameParty: refusalType('SameParty'),
  LaneMismatch: refusalType('LaneMismatch'),
  SignatureRefused: refusalType('SignatureRefused'),
  PlanTooCostly: refusalType('PlanTooCostly'),
  Drifted: refusalType('Drifted'),
  Busy: refusalType('Busy'),
};
