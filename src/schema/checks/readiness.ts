import type { ReadinessAnswer } from '../../readiness/entry-readiness.ts';
import {
  ACT_DOERS,
  type Act,
  GAP_KINDS,
  type Gap,
  type GapKind,
  type NamedDoer,
  READINESS_STATES,
  type ReadinessState,
} from '../../readiness/gap.ts';
import { nameOfWord } from '../../text/words.ts';
import { builder } from '../builder.ts';
import { LaneEnum, PrincipalKindEnum } from '../enums/callers.ts';

/** An enum of words that no row has. */
function saidEnum<Word extends string>(
  name: string,
  description: string,
  said: Readonly<Record<Word, string>>,
) {
  const values = Object.entries<string>(said).map(([word, of]) => [
    nameOfWord(word),
    { value: word, description: of },
  ]);
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(values) as Record<string, { value: Word; description: string }>,
  });
}

const ReadinessStateEnum = saidEnum<ReadinessState>('ReadinessState', 'Where a phase is.', READINESS_STATES);
const GapKindEnum = saidEnum<GapKind>('GapKind', 'What is missing, or is in the way.', GAP_KINDS);
const ActByEnum = saidEnum('ActBy', 'Who does an act.', ACT_DOERS);

const GapType = builder.objectRef<Gap>('Gap').implement({
  description:
    'What is in the way of a phase, or what the ledger lacks. What it is about stands in its fields.',
  fields: (t) => ({
    kind: t.field({
      type: GapKindEnum,
      description: 'What it is, for programs.',
      resolve: ({ kind }) => kind,
    }),
    message: t.exposeString('message', { description: 'The same in sentences.' }),
    entryId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The entry that it is about. It need not be the one that was asked about.',
      resolve: ({ entryId }) => entryId ?? null,
    }),
    sourceId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The source that it is about.',
      resolve: ({ sourceId }) => sourceId ?? null,
    }),
    changeSetId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The change set that it is about.',
      resolve: ({ changeSetId }) => changeSetId ?? null,
    }),
    reviewDecisionId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The decision that it is about.',
      resolve: ({ reviewDecisionId }) => reviewDecisionId ?? null,
    }),
    commentId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The comment that is open.',
      resolve: ({ commentId }) => commentId ?? null,
    }),
    principalId: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The principal that it is about.',
      resolve: ({ principalId }) => principalId ?? null,
    }),
    keyId: t.field({
      type: 'String',
      nullable: true,
      description: 'The key that it is about.',
      resolve: ({ keyId }) => keyId ?? null,
    }),
    manifestDigest: t.field({
      type: 'Digest',
      nullable: true,
      description: 'The plan that was approved, or the plan as it is now.',
      resolve: ({ manifestDigest }) => manifestDigest ?? null,
    }),
    address: t.field({
      type: 'String',
      nullable: true,
      description: 'The address of the unit that it is about.',
      resolve: ({ address }) => address ?? null,
    }),
    lane: t.field({
      type: LaneEnum,
      nullable: true,
      description: 'The lane that it is about.',
      resolve: ({ lane }) => lane ?? null,
    }),
    scope: t.field({
      type: 'String',
      nullable: true,
      description: 'The scope that is missing.',
      resolve: ({ scope }) => scope ?? null,
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The time that is waited for.',
      resolve: ({ at }) => at ?? null,
    }),
    count: t.field({
      type: 'Int',
      nullable: true,
      description: 'How many there are: parts of the shape that differ, or the position where a log ends.',
      resolve: ({ count }) => count ?? null,
    }),
  }),
});

const NamedDoerType = builder.objectRef<NamedDoer>('NamedDoer').implement({
  description: 'A principal that the ledger would not refuse.',
  fields: (t) => ({
    principalId: t.expose('principalId', { type: 'UUID', description: 'The principal.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    kind: t.expose('kind', { type: PrincipalKindEnum, description: 'What kind of caller it is.' }),
    personId: t.expose('personId', { type: 'UUID', description: 'The person who answers for it.' }),
    personName: t.exposeString('personName', { description: 'The name of that person.' }),
  }),
});

const ActType = builder.objectRef<Act>('Act').implement({
  description:
    'One thing to do. Acts are done in their order; without any one of them, the phase is refused.',
  fields: (t) => ({
    by: t.expose('by', { type: ActByEnum, description: 'Who does it.' }),
    mutation: t.exposeString('mutation', { nullable: true, description: 'The mutation, by its name.' }),
    command: t.exposeString('command', { nullable: true, description: "The operator's command." }),
    entryId: t.expose('entryId', { type: 'UUID', nullable: true, description: 'The entry that it moves.' }),
    input: t.field({
      type: 'JSON',
      description:
        "The mutation's input as far as it is known. Its `idempotencyKey` is yours, where it has none.",
      resolve: ({ input }) => input,
    }),
    missing: t.field({
      type: ['String'],
      description: 'The fields of the input that are left to who does it.',
      resolve: ({ missing }) => [...missing],
    }),
    who: t.field({
      type: [NamedDoerType],
      description: 'Who may do it, at most 50. Empty where a principal of an earlier act does it.',
      resolve: ({ who }) => [...who],
    }),
    whoCount: t.exposeInt('whoCount', { description: 'How many may do it.' }),
    doneBy: t.exposeInt('doneBy', {
      nullable: true,
      description: 'The act, counted from 0, that gives a token to the principal who does it.',
    }),
    apartFrom: t.intList({
      description: 'Earlier acts, counted from 0. Another person does this one.',
      resolve: ({ apartFrom }) => [...apartFrom],
    }),
    notBefore: t.expose('notBefore', {
      type: 'DateTime',
      nullable: true,
      description: 'The time that has to come first.',
    }),
    whilePlan: t.expose('whilePlan', {
      type: 'Digest',
      nullable: true,
      description:
        'The act is needed only while this is the plan of the entry: an earlier act may lead to another one. Null: ' +
        'it is needed.',
    }),
    message: t.exposeString('message', { description: 'All of it, in a sentence.' }),
  }),
});

export const ReadinessType = builder.objectRef<ReadinessAnswer>('Readiness').implement({
  description:
    'Whether a phase, or the ledger, is ready: what is missing, and the fewest acts that make it ready.',
  fields: (t) => ({
    state: t.expose('state', { type: ReadinessStateEnum, description: 'Whether it is possible now.' }),
    isReadyForCaller: t.exposeBoolean('isReadyForCaller', {
      description: 'Whether you may do it now. Of the ledger: whether it is ready.',
    }),
    whoMay: t.field({
      type: [NamedDoerType],
      description: 'Who may do the phase itself, now or after the acts; at most 50.',
      resolve: ({ whoMay }) => [...whoMay],
    }),
    whoMayCount: t.exposeInt('whoMayCount', { description: 'How many may do it.' }),
    doneBy: t.exposeInt('doneBy', {
      nullable: true,
      description: 'The act, counted from 0, that gives a token to the principal who does the phase.',
    }),
    apartFrom: t.intList({
      description: 'Acts, counted from 0. Another person does the phase.',
      resolve: ({ apartFrom }) => [...apartFrom],
    }),
    gaps: t.field({ type: [GapType], description: 'What is missing.', resolve: ({ gaps }) => [...gaps] }),
    acts: t.field({
      type: [ActType],
      description: 'What to do, in this order.',
      resolve: ({ acts }) => [...acts],
    }),
  }),
});
