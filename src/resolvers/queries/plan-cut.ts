import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { RecordRole } from '../../document/types.ts';
import type { UnitPlan } from '../../ledger/effect/actions.ts';
import type { EarlierApproval } from '../../ledger/effect/carried-over.ts';
import type { PlanView } from '../../ledger/plan-cut.ts';
import { builder } from '../../schema/builder.ts';
import { PlannedRoleEnum, UnitActionEnum } from '../../schema/enums/plans.ts';
import { pageWindow } from '../../schema/node.ts';
import { ProblemType } from '../../schema/refusals.ts';
import { CutSpecInput, cutSpec } from '../cut-spec-input.ts';
import { jsonObject, optionalInput, uuid } from '../input.ts';
import { outcomeUnion } from '../outcome.ts';
import { CarriedOverType, EarlierApprovalType, SAID, toReviewCount } from './carried-over.ts';
import { ExcludedStretchConnection, excludedPage } from './excluded.ts';
import { type PlanPage, type PlanWindow, planConnection, planPage } from './plan-page.ts';

interface PlannedUnitView {
  readonly localId: string;
  readonly role: RecordRole | 'vanished';
  readonly address: string | null;
  readonly action: UnitPlan['action'] | 'vanished' | 'excluded';
  readonly kind: string;
  readonly sectionType: string;
  readonly sectionCode: string | null;
  readonly label: readonly string[];
  readonly parentLocalId: string | null;
  readonly order: number;
  readonly start: number;
  readonly end: number;
  readonly title: string | null;
  readonly text: string;
  readonly contentHash: string;
  readonly excludedBecause: string | null;
  readonly readApproval: () => Promise<EarlierApproval | null>;
}

const PlannedUnit = builder.objectRef<PlannedUnitView>('PlannedUnit').implement({
  description: 'One record of a plan: an exact stretch of the document, and what a cut would do to its unit.',
  fields: (t) => ({
    localId: t.exposeString('localId', { description: 'Names it in the manifest.' }),
    role: t.expose('role', { type: PlannedRoleEnum, description: 'What it is in the document.' }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'Its canonical address; null for an excluded stretch.',
    }),
    action: t.expose('action', { type: UnitActionEnum, description: 'What a cut would do to its unit now.' }),
    kind: t.exposeString('kind', { description: 'Unit kind, of the vocabulary.' }),
    sectionType: t.exposeString('sectionType', { description: 'Section type, of the vocabulary.' }),
    sectionCode: t.exposeString('sectionCode', {
      nullable: true,
      description: 'The number its heading begins with.',
    }),
    label: t.stringList({
      description:
        'How it is cited within its document, outermost first, without divisions; empty where nobody cites it.',
      resolve: ({ label }) => [...label],
    }),
    parentLocalId: t.exposeString('parentLocalId', {
      nullable: true,
      description: 'The record that holds it.',
    }),
    order: t.exposeInt('order', { description: 'Place in the document, from 0.' }),
    start: t.exposeInt('start', { description: 'Its first byte, counted from 0.' }),
    end: t.exposeInt('end', { description: 'First byte after it.' }),
    title: t.exposeString('title', { nullable: true, description: 'Its heading.' }),
    text: t.exposeString('text', { description: 'The exact text.' }),
    contentHash: t.expose('contentHash', {
      type: 'Digest',
      description: 'SHA-256 of the canonical form (canon-md-v0.1.0).',
    }),
    excludedBecause: t.exposeString('excludedBecause', {
      nullable: true,
      description: 'Why the stretch is no unit.',
    }),
    approvedBy: t.field({
      type: EarlierApprovalType,
      nullable: true,
      description: SAID.approvedBy,
      resolve: ({ readApproval }) => readApproval(),
    }),
  }),
});

const PlannedUnitConnection = planConnection<PlannedUnitView>(
  'PlannedUnit',
  PlannedUnit,
  'A page of records in the order of the document, vanished units last.',
);

const Coverage = builder
  .objectRef<PlanView['plan']['coverage'] & PlanView['plan']['measure']>('Coverage')
  .implement({
    description: 'Every byte of the document belongs to exactly one record, or the plan is refused.',
    fields: (t) => ({
      bytes: t.exposeInt('bytes', { description: 'Bytes of the document.' }),
      unitBytes: t.exposeInt('unitBytes', { description: 'Bytes in units.' }),
      containerBytes: t.exposeInt('containerBytes', { description: 'Bytes in container headings.' }),
      excludedBytes: t.exposeInt('excludedBytes', { description: 'Bytes set aside with a reason.' }),
      complete: t.exposeBoolean('complete', {
        description:
          "Whether every byte is in exactly one record. That doesn't say that the units are the right ones.",
      }),
      longUnits: t.exposeInt('longUnits', {
        description: 'Units with more than a page (3,000 characters) of text.',
      }),
      excludedTextBytes: t.exposeInt('excludedTextBytes', {
        description: "Bytes that are set aside and aren't blank.",
      }),
      unmarkedNumbers: t.exposeInt('unmarkedNumbers', {
        description:
          'Lines that begin like the number of a section, or like other units do, and begin no unit.',
      }),
    }),
  });

const UnitActionCount = builder
  .objectRef<{ action: PlannedUnitView['action']; count: number }>('UnitActionCount')
  .implement({
    description: 'How many records of a plan meet one action.',
    fields: (t) => ({
      action: t.expose('action', { type: UnitActionEnum, description: 'What the cut does.' }),
      count: t.exposeInt('count', { description: 'How many records.' }),
    }),
  });

const Plan = builder.objectRef<PlanView>('Plan').implement({
  description:
    'What a cut would be, made from the document as registered and the current units. Nothing is written.',
  fields: (t) => ({
    manifestDigest: t.expose('manifestDigest', {
      type: 'Digest',
      description:
        'Of an entry: what a reviewer approves. Of a source alone: of the same plan without an entry.',
    }),
    sourceDigest: t.field({
      type: 'Digest',
      description: 'SHA-256 of the document.',
      resolve: (view) => view.plan.sourceDigest,
    }),
    profile: t.string({
      nullable: true,
      description: 'The profile with its version; null for explicit spans.',
      resolve: ({ plan: { profile } }) =>
        profile.name === null ? null : `${profile.name}@${profile.version}`,
    }),
    coverage: t.field({
      type: Coverage,
      description: 'What of the document the records hold.',
      resolve: ({ plan }) => ({ ...plan.coverage, ...plan.measure }),
    }),
    problems: t.field({
      type: [ProblemType],
      description:
        'An error prevents that this plan is marked or approved. A warning blocks nobody; read it before you approve.',
      resolve: ({ plan }) => [...plan.problems, ...plan.unsound, ...plan.warnings],
    }),
    actionCounts: t.field({
      type: [UnitActionCount],
      description:
        'How many records a cut would give birth to, version, leave, set aside or list as vanished. It counts all.',
      resolve: countActions,
    }),
    units: t.field({
      type: PlannedUnitConnection,
      description: 'The records in the order of the document.',
      args: { ...pageWindow(t.arg, 'Records'), toReview: t.arg.boolean({ description: SAID.filter }) },
      resolve: pageOf,
    }),
    carriedOver: t.field({
      type: CarriedOverType,
      description: SAID.carriedOver,
      resolve: ({ readCarriedOver }) => readCarriedOver(),
    }),
    toReview: t.int({ description: SAID.toReview, resolve: toReviewCount }),
    excluded: t.field({
      type: ExcludedStretchConnection,
      description:
        'What would become no unit, with its text. Read what is not blank before you approve: ' +
        '`excluded(blank: false)`.',
      args: {
        ...pageWindow(t.arg, 'Stretches'),
        blank: t.arg.boolean({
          description: 'True: only blank stretches. False: only stretches with words. Left out: all.',
        }),
      },
      resolve: ({ plan }, args) => excludedPage(plan.records, args),
    }),
  }),
});

function countActions(view: PlanView) {
  const count = { birth: 0, version: 0, unchanged: 0, vanished: view.actions.vanished.length, excluded: 0 };
  for (const { action } of view.actions.actions) count[action] += 1;
  count.excluded = view.plan.records.length - view.actions.actions.length;
  return Object.entries(count).map(([action, number]) => ({
    action: action as PlannedUnitView['action'],
    count: number,
  }));
}

async function pageOf(
  view: PlanView,
  { toReview, ...window }: PlanWindow & { readonly toReview?: boolean | null | undefined },
): Promise<PlanPage<PlannedUnitView>> {
  const { records } = view.plan;
  const total = records.length + view.actions.vanished.length;
  const planned = new Map(view.actions.actions.map((unit) => [unit.record.localId, unit]));
  const approvals = toReview == null ? null : (await view.readCarriedOver()).approvals;
  const places = Array.from({ length: total }, (_, index) => index).filter(
    (index) => approvals === null || approvals.has(records[index]?.localId ?? 'vanished') !== toReview,
  );
  return planPage(places, (index) => recordAt(view, planned, places[index] as number), window, 'units');
}

function recordAt(view: PlanView, planned: ReadonlyMap<string, UnitPlan>, index: number): PlannedUnitView {
  const record = view.plan.records[index];
  if (record !== undefined) {
    const action = record.address === null ? 'excluded' : (planned.get(record.localId)?.action ?? 'birth');
    const readApproval = async () => (await view.readCarriedOver()).approvals.get(record.localId) ?? null;
    return { ...record, action, order: record.renderOrder, readApproval };
  }
  const unit = view.actions.vanished[
    index - view.plan.records.length
  ] as PlanView['actions']['vanished'][number];
  const { kind, sectionType, contentHash } = unit;
  if (kind === null || sectionType === null || contentHash === null)
    throw new Error(`The database lost the version of unit ${unit.unitId}.`);
  return {
    ...unit,
    kind,
    sectionType,
    contentHash,
    label: unit.label ?? [],
    localId: `vanished:${unit.unitId}`,
    role: 'vanished',
    action: 'vanished',
    parentLocalId: null,
    order: index,
    start: view.plan.byteLength,
    end: view.plan.byteLength,
    text: '',
    excludedBecause: null,
    readApproval: () => Promise.resolve(null),
  };
}

const shape = z.object({
  sourceId: optionalInput(uuid),
  entryId: optionalInput(uuid),
  cutSpec: optionalInput(cutSpec),
  draftProfile: optionalInput(jsonObject),
});

builder.queryField('planCut', (t) =>
  t.field({
    type: outcomeUnion('PlanOutcome', 'A plan, or why there is none.', Plan, [
      'Forbidden',
      'InvalidInput',
      'NotFound',
      'IllegalTransition',
      'PlanTooCostly',
      'Busy',
    ]),
    description:
      'Shows a cut without writing: of an entry, or of a source with a cut specification. Scope `ledger:evidence`.',
    args: {
      sourceId: t.arg({ type: 'UUID', description: 'A registered source, with cutSpec.' }),
      entryId: t.arg({ type: 'UUID', description: 'An entry, which has its source and specification.' }),
      cutSpec: t.arg({ type: CutSpecInput, description: 'How to cut, with sourceId.' }),
      draftProfile: t.arg({
        type: 'JSON',
        description:
          'A whole profile that is not registered yet, with sourceId and in the place of cutSpec: what it would do.',
      }),
    },
    validate: shape,
    resolve: (_, args, ctx) => ctx.ledger.planCut(ctx.session as Session, args as z.output<typeof shape>),
  }),
);
