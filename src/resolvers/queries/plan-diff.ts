import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { EarlierApproval } from '../../ledger/effect/carried-over.ts';
import { PLAN_CHANGES, type PlanChange, type PlanChangeName } from '../../ledger/plan-diff/plan-changes.ts';
import type { ChangedText, PlanDiffView } from '../../ledger/plan-diff/plan-diff.ts';
import { builder } from '../../schema/builder.ts';
import { PlanChangeEnum, PlannedRoleEnum, WordChangeEnum } from '../../schema/enums/plans.ts';
import { pageWindow } from '../../schema/node.ts';
import { ProblemType } from '../../schema/refusals.ts';
import type { WordStretch } from '../../text/word-diff.ts';
import { CutSpecInput, cutSpec } from '../cut-spec-input.ts';
import { optionalInput, uuid } from '../input.ts';
import { outcomeUnion } from '../outcome.ts';
import { CarriedOverType, EarlierApprovalType, SAID, toReviewCount } from './carried-over.ts';
import { type PlanPage, type PlanWindow, planConnection, planPage } from './plan-page.ts';

/** A change on a page, whose texts are read with those of the whole page once one is asked for. */
interface ShownChange extends PlanChange {
  readonly order: number;
  readonly readText: () => Promise<ChangedText | null>;
  readonly readApproval: () => Promise<EarlierApproval | null>;
}

const WordStretchType = builder.objectRef<WordStretch>('WordStretch').implement({
  description: 'Some words of a text, and what became of them.',
  fields: (t) => ({
    change: t.expose('change', { type: WordChangeEnum, description: 'What became of them.' }),
    text: t.exposeString('text', { description: 'The words with the blanks between them.' }),
  }),
});

const PlanDiffUnit = builder.objectRef<ShownChange>('PlanDiffUnit').implement({
  description: 'One unit of a plan beside the unit of the document, or a stretch that the plan sets aside.',
  fields: (t) => ({
    change: t.expose('change', { type: PlanChangeEnum, description: 'What the plan does to it.' }),
    localId: t.string({
      description: 'Names it in the manifest and in `comment`.',
      resolve: ({ record, unit }) => record?.localId ?? `vanished:${unit?.unitId}`,
    }),
    role: t.field({
      type: PlannedRoleEnum,
      description: 'What it is in the document.',
      resolve: ({ record }) => record?.role ?? 'vanished',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description:
        'Its address in the plan, or the one that a removed unit has; null for an excluded stretch.',
    }),
    addressBefore: t.exposeString('addressBefore', {
      nullable: true,
      description: 'The address that it has now; null where the document has no such unit.',
    }),
    label: t.stringList({
      description: 'How it is cited in the plan, outermost first; empty for a removed unit.',
      resolve: ({ record }) => [...(record?.label ?? [])],
    }),
    labelBefore: t.stringList({
      description: 'How it is cited now, outermost first.',
      resolve: ({ unit }) => [...(unit?.label ?? [])],
    }),
    similarity: t.exposeFloat('similarity', {
      nullable: true,
      description: 'Of a renumbered unit how alike the texts are, from 0.6 to 1.',
    }),
    parentAddress: t.exposeString('parentAddress', {
      nullable: true,
      description: 'The address of the unit that holds it in the plan.',
    }),
    parentAddressBefore: t.exposeString('parentAddressBefore', {
      nullable: true,
      description: 'The address of the unit that holds it now.',
    }),
    moved: t.exposeBoolean('isMoved', {
      description: 'Whether it is under another parent or in another order, whatever else is changed.',
    }),
    depth: t.exposeInt('depth', {
      description: 'How many units hold it, for the drawing of a tree; 0 for a removed unit.',
    }),
    order: t.exposeInt('order', { description: 'Place in the plan, from 0; removed units come last.' }),
    kind: t.string({
      nullable: true,
      description: 'Unit kind, of the vocabulary.',
      resolve: ({ record, unit }) => (record ?? unit)?.kind ?? null,
    }),
    sectionType: t.string({
      nullable: true,
      description: 'Section type, of the vocabulary.',
      resolve: ({ record, unit }) => (record ?? unit)?.sectionType ?? null,
    }),
    title: t.string({
      nullable: true,
      description: 'Its heading.',
      resolve: ({ record, unit }) => (record ?? unit)?.title ?? null,
    }),
    titleBefore: t.string({
      nullable: true,
      description: 'The heading that it has now.',
      resolve: ({ unit }) => unit?.title ?? null,
    }),
    text: t.string({
      nullable: true,
      description: 'The exact text in the plan; null for a removed unit.',
      resolve: ({ record }) => record?.text ?? null,
    }),
    textBefore: t.string({
      nullable: true,
      description: 'The exact text that the unit has now, also of a removed one; null where there is none.',
      resolve: async ({ readText, unit, record }) =>
        (await readText())?.before ?? (unit === null ? null : (record?.text ?? null)),
    }),
    words: t.field({
      type: [WordStretchType],
      description:
        'Where the texts differ: the words of both in their order, each once. Texts that differ in more than 1,000 ' +
        'words are shown as removed and added. Empty where the text is the same or one of the two is missing.',
      resolve: async ({ readText, record }) =>
        record === null ? [] : [...((await readText())?.words ?? [])],
    }),
    excludedBecause: t.string({
      nullable: true,
      description: 'Why the stretch is no unit.',
      resolve: ({ record }) => record?.excludedBecause ?? null,
    }),
    approvedBy: t.field({
      type: EarlierApprovalType,
      nullable: true,
      description: SAID.approvedBy,
      resolve: ({ readApproval }) => readApproval(),
    }),
  }),
});

const PlanDiffUnitConnection = planConnection<ShownChange>(
  'PlanDiffUnit',
  PlanDiffUnit,
  'A page of a plan beside the document, in the order of the plan, removed units last.',
);

const PlanChangeCount = builder
  .objectRef<{ change: PlanChangeName; count: number }>('PlanChangeCount')
  .implement({
    description: 'How many units of a plan meet one change.',
    fields: (t) => ({
      change: t.expose('change', { type: PlanChangeEnum, description: 'What the plan does to them.' }),
      count: t.exposeInt('count', { description: 'How many they are.' }),
    }),
  });

const PlanDiff = builder.objectRef<PlanDiffView>('PlanDiff').implement({
  description: 'What a cut would change in its document. Nothing is written.',
  fields: (t) => ({
    manifestDigest: t.field({
      type: 'Digest',
      description: 'Of the plan, as `planCut` gives it.',
      resolve: ({ view }) => view.manifestDigest,
    }),
    problems: t.field({
      type: [ProblemType],
      description: 'Those of the plan.',
      resolve: ({ view: { plan } }) => [...plan.problems, ...plan.warnings],
    }),
    counts: t.field({
      type: [PlanChangeCount],
      description: 'How many units meet each change. It counts all.',
      resolve: ({ changes }) => {
        const count = new Map<PlanChangeName, number>(PLAN_CHANGES.map((change) => [change, 0]));
        for (const { change } of changes) count.set(change, (count.get(change) ?? 0) + 1);
        return [...count].map(([change, number]) => ({ change, count: number }));
      },
    }),
    carriedOver: t.field({
      type: CarriedOverType,
      description: SAID.carriedOver,
      resolve: ({ view }) => view.readCarriedOver(),
    }),
    toReview: t.int({ description: SAID.toReview, resolve: ({ view }) => toReviewCount(view) }),
    units: t.field({
      type: PlanDiffUnitConnection,
      description: 'The units in the order of the plan: with `parentAddress` and `depth` they are a tree.',
      args: {
        ...pageWindow(t.arg, 'Units'),
        changes: t.arg({
          type: [PlanChangeEnum],
          description: 'Only units that meet one of these changes. Left out: all.',
        }),
        toReview: t.arg.boolean({ description: SAID.filter }),
      },
      resolve: unitsPage,
    }),
  }),
});

interface UnitsAsked extends PlanWindow {
  readonly changes?: readonly PlanChangeName[] | null | undefined;
  readonly toReview?: boolean | null | undefined;
}

async function unitsPage(
  { view, changes, textsOf }: PlanDiffView,
  { changes: asked, toReview, ...window }: UnitsAsked,
): Promise<PlanPage<ShownChange>> {
  const approvals = toReview == null ? null : (await view.readCarriedOver()).approvals;
  const isAsked = ({ change, record }: PlanChange) =>
    (asked == null || asked.includes(change)) &&
    (approvals === null || approvals.has(record?.localId ?? 'vanished') !== toReview);
  const found = [...changes.entries()].filter(([, change]) => isAsked(change));
  const places = found.map(([place]) => place);
  const page = planPage(places, (index) => found[index] as (typeof found)[number], window, 'units');
  let reading: ReturnType<typeof textsOf> | null = null;
  const readTexts = () => {
    reading ??= textsOf(page.edges.map(({ node: [, change] }) => change));
    return reading;
  };
  const shown = ([order, change]: (typeof found)[number]): ShownChange => ({
    ...change,
    order,
    readText: async () => (await readTexts()).get(change) ?? null,
    readApproval: async () =>
      (await view.readCarriedOver()).approvals.get(change.record?.localId ?? 'vanished') ?? null,
  });
  return { ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: shown(node) })) };
}

const shape = z.object({
  sourceId: optionalInput(uuid),
  entryId: optionalInput(uuid),
  cutSpec: optionalInput(cutSpec),
});

builder.queryField('planDiff', (t) =>
  t.field({
    type: outcomeUnion('PlanDiffOutcome', 'What a plan changes, or why there is no plan.', PlanDiff, [
      'Forbidden',
      'InvalidInput',
      'NotFound',
      'IllegalTransition',
      'Busy',
    ]),
    description:
      'Shows a plan beside the current units of its document, unit by unit, without writing: of an entry, or of a ' +
      'source with a cut specification. Scope `ledger:evidence`.',
    args: {
      sourceId: t.arg({ type: 'UUID', description: 'A registered source, with cutSpec.' }),
      entryId: t.arg({ type: 'UUID', description: 'An entry, which has its source and specification.' }),
      cutSpec: t.arg({ type: CutSpecInput, description: 'How to cut, with sourceId.' }),
    },
    validate: shape,
    resolve: (_, args, ctx) => ctx.ledger.planDiff(ctx.session as Session, args as z.output<typeof shape>),
  }),
);
