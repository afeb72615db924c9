import type {
  AxisStatus,
  ChangeKind,
  ChangeSetState,
  EffectKind,
  SignatureKind,
  ValidationState,
  VerifyKind,
  VerifyState,
} from '../../law/values.ts';
import type { CutFinding } from '../../ledger/verify/verify-look.ts';
import { wordEnum } from './word-enum.ts';

export const ChangeSetKindEnum = wordEnum('ChangeSetKind', 'What a change set is.', {
  cut: 'A cut, as applied to the units.',
  compensation: 'It makes a cut void that failed its verification.',
} satisfies Partial<Record<ChangeKind, string>>);

export const ChangeSetStateEnum = wordEnum<ChangeSetState>(
  'ChangeSetState',
  'What became of a change set when it was written.',
  { applied: 'Its rows were written with it.' },
);

export const EffectKindEnum = wordEnum<EffectKind>('EffectKind', 'What a change set did to a unit.', {
  insert: 'The unit was born.',
  update: 'The unit got a further version.',
});

export const SignatureKindEnum = wordEnum<SignatureKind>('SignatureKind', 'Whose signature it is.', {
  executor: 'Of lane DOT-991, over a change set.',
  verifier: 'Of lane DOT-992, over a verify result.',
});

export const ValidationStateEnum = wordEnum<ValidationState>(
  'ValidationState',
  'What the server found when it wrote the signature.',
  { valid: 'Key, lane, reference and bytes were right.' },
);

export const VerifyKindEnum = wordEnum<VerifyKind>('VerifyKind', 'When a cut is judged.', {
  post_cut: 'After it was applied.',
});

export const VerifyStateEnum = wordEnum<VerifyState>('VerifyState', 'What becomes of a verdict.', {
  final: 'It is not judged again.',
});

export const VerifyVerdictEnum = wordEnum<AxisStatus>('VerifyVerdict', 'What a verifier says of a cut.', {
  pass: 'Every axis passed: the cut is valid.',
  fail: 'An axis failed: the cut is compensated.',
});

export const VerifyAxisEnum = wordEnum<CutFinding['axis']>('VerifyAxis', 'What a verification looks at.', {
  A: 'Reconstruction: the units give the source back, byte for byte.',
  B: 'Kinds: every word is of the vocabulary.',
  C: 'Hierarchy: each unit has its place and its parent.',
});

export const AxisStatusEnum = wordEnum<AxisStatus>('AxisStatus', 'What one axis of a verification found.', {
  pass: 'It found nothing.',
  fail: 'At least one finding.',
});
