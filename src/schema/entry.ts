import { ESCALATION_DUE_HOURS } from '../law/escalation.ts';
import { actionsOf, EntryAction, hindrancesOf } from './backlog/entry-action.ts';
import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { CommentConnection } from './comments/comment.ts';
import { DependencyConnection } from './dependency.ts';
import { Document } from './document.ts';
import { EntryKindEnum, EntryStatusEnum } from './enums/entries.ts';
import { EntryEvidence } from './evidence.ts';
import { HistoryConnection } from './history.ts';
import { ManifestConnection } from './manifest.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  readField,
  wordFields,
} from './node.ts';
import { CutApprovalType } from './parties/cut-approval.ts';
import { Principal } from './principal.ts';
import { ProblemType } from './refusals.ts';
import { ReviewDecision, ReviewDecisionConnection } from './review-decision.ts';
import { Source } from './source.ts';
import { SweepConnection } from './sweep.ts';
import { VerifyResult, VerifyResultConnection } from './verify-result.ts';

export const Entry = nounType('Entry');

export const EntryConnection = connectionTypes('Entry', Entry, {
  equal: { entryId: 'UUID', kind: EntryKindEnum, status: EntryStatusEnum },
  time: 'emittedAt',
  sorts: { STATUS: 'By `status`, then `emittedAt`.' },
  more: (t) => ({
    docCode: t.string({ description: 'Only entries about this document. Scope `document:read`.' }),
    signalSource: t.string({ description: 'Only entries with this signal. Scope `document:read`.' }),
    scenarioRef: t.string({ description: 'Only entries of this scenario. Scope `document:read`.' }),
  }),
});

Entry.implement({
  description:
    'One work item of the decision backlog. Its status is the only value of it that changes; everything ' +
    'else that happens to it is a row of its own.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      kind: [EntryKindEnum, 'What kind of work item it is.'],
      status: [EntryStatusEnum, 'Where it stands; the only value of an entry that changes.'],
    }),
    ...columnFields(t, {
      entryId: ['UUID', 'Derived from the idempotency key of the mark.'],
      emittedAt: ['DateTime', 'When the entry was marked.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, EntryEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    ...columnFields(t, {
      title: ['String?', 'The title of its source. Scope `document:read`.'],
      signalSource: ['String?', 'What gave the signal for it. Scope `document:read`.'],
      scenarioRef: ['String?', 'The scenario it belongs to. Scope `document:read`.'],
      overdueSince: [
        'DateTime?',
        `For an escalation that nobody has ended, and that no reviewed plan answers: when it was due, ` +
          `${ESCALATION_DUE_HOURS} hours after it was opened. Null before that, and in a dry run.`,
      ],
      statusSince: ['DateTime?', 'When it got its status; null in a dry run.'],
    }),
    document: optionalNode(
      t,
      Document,
      'The document it cuts; null where its source is gone. Scope `document:read`.',
    ),
    source: optionalNode(t, Source, 'The text it cuts. Scope `document:read`.'),
    liveDecision: optionalNode(
      t,
      ReviewDecision,
      'The decision that no other supersedes; null before the first review. An approval is what CUT rests on.',
    ),
    cut: optionalNode(t, ChangeSet, 'Its cut, compensated or not; null before it. An entry is cut once.'),
    verification: optionalNode(t, VerifyResult, 'The verdict on its cut; null before it.'),
    actions: t.field({
      type: [EntryAction],
      description:
        'What the caller may do with it now, by its authority, the state and kind of the entry, and separation of ' +
        'duty. In a dry run: with the entry as the ledger has it. `blockedBecause` says what hinders everybody.',
      resolve: async (entry, args, ctx, info) => actionsOf(await readField(entry, args, ctx, info), ctx),
    }),
    blockedBecause: t.field({
      type: [ProblemType],
      description:
        'Why the next verb on its way would be refused now, no matter who calls it: an approval that has expired or ' +
        'is not in force yet, a plan made against units that have changed, an open predecessor, another cut of its ' +
        'document that is not verified, a deferral, a lane that this server does not serve. Problems of severity ' +
        'WARNING block nothing. In a dry run: of the entry as the ledger has it.',
      resolve: async (entry, args, ctx, info) => hindrancesOf(await readField(entry, args, ctx, info), ctx),
    }),
    cutApproval: t.field({
      type: CutApprovalType,
      nullable: true,
      description:
        'The newest approval of its cut (`approveCut`), used, ended or not; null where it has none. In a dry run: ' +
        'as the ledger has it.',
      resolve: readField,
    }),
    history: pagedNodes(
      t,
      HistoryConnection,
      'Every move of the entry, one row a move, in the order of the log; those not yet integrated at its ' +
        'end, without a cursor.',
    ),
    dependenciesFrom: pagedNodes(t, DependencyConnection, 'Dependencies that start at this entry.'),
    dependenciesTo: pagedNodes(
      t,
      DependencyConnection,
      'Dependencies that point at this entry; those of kind `blocks` hold its cut.',
    ),
    manifests: pagedNodes(t, ManifestConnection, 'The plans that reviewers judged, one for each review.'),
    reviewDecisions: pagedNodes(
      t,
      ReviewDecisionConnection,
      'The decisions on those plans, superseded ones too.',
    ),
    changeSets: pagedNodes(
      t,
      ChangeSetConnection,
      'The cut, and its compensation if it failed verification.',
    ),
    verifyResults: pagedNodes(t, VerifyResultConnection, 'The verdicts on the cut.'),
    escalations: pagedNodes(
      t,
      EntryConnection,
      'The escalation entries that failed verifications of this entry opened.',
    ),
    escalatedBy: pagedNodes(
      t,
      VerifyResultConnection,
      'For an escalation entry: the verdict that opened it.',
    ),
    owner: optionalNode(
      t,
      Principal,
      'For an escalation: who approved the cut that failed, and so answers for it. Null for other entries.',
    ),
    answers: pagedNodes(
      t,
      ManifestConnection,
      'For an escalation: the plans of its retries, one for each review. `entry` of each is the retry.',
    ),
    comments: pagedNodes(t, CommentConnection, 'What was said of its plans. Scope `ledger:evidence`.'),
    lastOfSweeps: pagedNodes(t, SweepConnection, 'The sweeps whose pass ended at this entry.'),
  }),
});
