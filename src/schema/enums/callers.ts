import type { Scope } from '../../auth/authority.ts';
import type { KeyPurpose, Lane, Mode, PrincipalKind } from '../../law/values.ts';
import { wordEnum } from './word-enum.ts';

export const LaneEnum = wordEnum<Lane>('Lane', 'One of the two separate powers of the ledger.', {
  'DOT-991': 'The executor: every verb but `verify`.',
  'DOT-992': 'The verifier: `verify`, with keys and a database login of its own.',
});

export const KeyPurposeEnum = wordEnum<KeyPurpose>(
  'KeyPurpose',
  'What a key signs; one key never serves both.',
  { statement: 'Cuts or verifications.', checkpoint: 'Heads of the log.' },
);

export const ModeEnum = wordEnum<Mode>('Mode', 'Who stands behind a principal.', {
  rehearsal: 'A sample person.',
  production: 'A real person.',
});

export const PrincipalKindEnum = wordEnum<PrincipalKind>(
  'PrincipalKind',
  'What kind of caller a principal is.',
  {
    person: 'A person, acting for themselves.',
    service: 'A service, for which a person answers.',
    agent: 'An agent, for which a person answers; some verbs are closed to it.',
  },
);

export const ScopeEnum = wordEnum<Scope>('Scope', 'A capability.', {
  'ledger:observe': 'Reads the twelve views, the log and its proofs.',
  'ledger:evidence': 'Reads what observers do not see: reasons, payloads, signed bytes.',
  'document:read': 'Reads documents, their sources and their units.',
  'profile:register': 'Registers profiles and words of the vocabulary.',
  'source:register': 'Registers the text of a document.',
  'entry:mark': 'Marks entries and declares dependencies.',
  'entry:sweep': 'Sweeps the backlog.',
  'entry:review': 'Reviews plans.',
  'entry:abandon': 'Ends entries that are not cut.',
  'change:cut': 'Cuts what was approved; never together with `CHANGE_VERIFY`.',
  'change:verify': 'Verifies cuts.',
  'approval:grant': 'Approves cuts, with a key of its own. For persons.',
  'principal:admin': 'Creates, changes and suspends principals, and issues and ends tokens.',
  'audit:read': 'Reads the audit: who did what, who was refused, and from where.',
  'rules:change':
    'Changes the rules: who may stand on two sides of an entry, and whose approvals a cut needs.',
});
