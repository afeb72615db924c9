import type { EntryState } from '../../law/states.ts';
import type { DependencyKind, EntryKind, HistoryChangeKind, TriggerKind } from '../../law/values.ts';
import { wordEnum } from './word-enum.ts';

export const EntryKindEnum = wordEnum('EntryKind', 'What kind of work item an entry is.', {
  cut_request: 'Asks for a cut of a document.',
  escalation: 'Opened by a failed verification; a person decides what becomes of it.',
} satisfies Partial<Record<EntryKind, string>>);

export const EntryStatusEnum = wordEnum<EntryState>('EntryStatus', 'Where an entry stands.', {
  marked: 'Registered; the next sweep puts it before the reviewers.',
  review_pending: 'A reviewer has to judge its plan.',
  reviewed_approved: 'Approved; the executor may cut it.',
  reviewed_rejected: 'Rejected. It has ended.',
  reviewed_deferred: 'Put off; a later sweep brings it back.',
  cut_applied: 'Cut; a verifier has to judge the cut.',
  verified_complete: 'Cut and verified. It has ended.',
  verify_failed_escalated: 'The cut failed its verification and was compensated. It has ended.',
  abandoned: 'Ended without a cut, with a reason.',
});

export const HistoryChangeKindEnum = wordEnum<HistoryChangeKind>(
  'HistoryChangeKind',
  'What moved an entry.',
  {
    mark: 'It was marked: the birth of the entry.',
    sweep_promote: 'A sweep put it before the reviewers.',
    'review:approve': 'A reviewer approved its plan.',
    'review:reject': 'A reviewer rejected its plan.',
    'review:defer': 'A reviewer put it off.',
    cut: 'The executor cut it.',
    'verify:pass': 'A verifier found the cut right.',
    'verify:fail': 'A verifier found the cut wrong; it was compensated.',
    abandon: 'Somebody ended it, with a reason.',
  },
);

export const DependencyKindEnum = wordEnum<DependencyKind>(
  'DependencyKind',
  'How two entries are related; read *from* KIND *to*.',
  {
    blocks: '`to` is cut only after `from` is verified complete.',
    supersedes: '`from` takes the place of `to`; declared by a reviewer.',
    refines: '`from` refines `to`; no guard depends on it.',
    related_to: 'They belong together; no guard depends on it.',
  },
);

export const TriggerKindEnum = wordEnum('TriggerKind', 'What started a sweep.', {
  manual: 'Somebody asked for it.',
  scheduled: 'A timer asked for it.',
} satisfies Record<TriggerKind, string>);
