import type { JudgedOtherwise, OtherDecision } from '../../ledger/rules/judged-otherwise.ts';
import type { KnownRules } from '../../ledger/rules/known-rules.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { builder } from '../builder.ts';

/** Rules as callers see them. What a dry run would make has neither time nor position. */
export type RulesView = Omit<KnownRules, 'changedAt'> & { readonly changedAt: string | null };

export const RulesType = builder.objectRef<RulesView>('Rules').implement({
  description:
    'Who may stand on two sides of an entry, and whose approvals a cut needs. A version holds from its position on.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counts from 1, with which the ledger began.' }),
    body: t.field({
      type: 'JSON',
      description: 'The rules themselves, in the form of docs/reference/rules.md.',
      resolve: ({ body }) => body as PlainJson,
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why they were changed; null: not said.',
    }),
    changedBy: t.expose('changedBy', {
      type: 'UUID',
      nullable: true,
      description: "The principal that changed them; null where the ledger's owner did.",
    }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they were changed; null in a dry run.',
    }),
    position: t.expose('position', {
      type: 'Position',
      nullable: true,
      description: 'The position from which they hold; null while their record waits for one.',
    }),
  }),
});

const RulesDeed = builder.enumType('RulesDeed', {
  description: 'A decision that rules judge.',
  values: {
    REVIEWED: { value: 'reviewed', description: 'Who gave a verdict on the plan.' },
    CUT: { value: 'cut', description: 'Who applied the plan, and by whose approvals.' },
    VERIFIED: { value: 'verified', description: 'Who judged the cut.' },
  } as const,
});

const OtherDecisionType = builder.objectRef<OtherDecision>('OtherDecision').implement({
  description:
    'A past decision that the new rules judge otherwise than those before. It stands all the same.',
  fields: (t) => ({
    entryId: t.expose('entryId', { type: 'UUID', description: 'The entry that it was about.' }),
    deed: t.field({ type: RulesDeed, description: 'What was done.', resolve: ({ deed }) => deed }),
    by: t.exposeString('by', { description: 'The principal that did it.' }),
    allowed: t.exposeBoolean('allowed', {
      description: 'Whether the new rules allow it, and the others did not.',
    }),
  }),
});

export const JudgedOtherwiseType = builder.objectRef<JudgedOtherwise>('JudgedOtherwise').implement({
  description: 'Which past decisions the new rules judge otherwise than those before.',
  fields: (t) => ({
    examined: t.exposeInt('examined', {
      description: 'How many entries were looked at: the newest that were reviewed, at most 2,000.',
    }),
    count: t.exposeInt('count', { description: 'How many decisions about them are judged otherwise.' }),
    decisions: t.field({
      type: [OtherDecisionType],
      description: 'The first 20 of these.',
      resolve: ({ decisions }) => [...decisions],
    }),
  }),
});
