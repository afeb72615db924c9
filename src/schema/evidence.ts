import { columnFields, nounType } from './node.ts';

/** What rows of the ledger have beside what observers see. Each is read with the scope `ledger:evidence`. */

type Spec = readonly ['String' | 'String?' | 'Digest' | 'JSON' | 'JSON?', string];

function evidenceType(of: string, description: string, fields: Readonly<Record<string, Spec>>) {
  const type = nounType(`${of}Evidence`);
  type.implement({ description, fields: (t) => columnFields(t, fields) });
  return type;
}

const SCENARIO: Spec = ['String?', 'The scenario it belongs to.'];

export const EntryEvidence = evidenceType('Entry', 'What an entry was marked with.', {
  idempotencyKey: ['String?', 'The key of the mark; of an escalation, one that the verifier made.'],
  payload: ['JSON', 'The key, the signal, the source and the specification of the cut.'],
});

export const HistoryEvidence = evidenceType('History', 'Why an entry was moved.', {
  rationale: ['String?', 'The reason that was given.'],
  changeDiff: ['JSON?', 'The status before and after, as `from` and `to`.'],
});

export const SweepEvidence = evidenceType('Sweep', 'Why a pass was made.', {
  rationale: ['String?', 'The reason that was given. Nothing writes one yet.'],
});

export const ManifestEvidence = evidenceType('Manifest', 'Why a plan was judged as it was.', {
  rationale: ['String?', 'The reason that the reviewer gave.'],
});

export const UnitBlockEvidence = evidenceType('UnitBlock', 'What a record of a plan says of its stretch.', {
  sourceSpan: ['JSON', 'Where it begins and ends, in bytes of the source, as `start` and `end`.'],
  candidateEdges: ['JSON?', 'The record that holds it.'],
  payloadSummary: [
    'JSON?',
    'Kind, section, title, digests, the action and what it was decided against; of an excluded stretch, its text.',
  ],
  reportSummary: ['JSON?', 'Nothing writes this yet.'],
});

export const ReviewDecisionEvidence = evidenceType('ReviewDecision', 'Why a reviewer decided so.', {
  rationale: ['String?', 'The reason that the reviewer gave.'],
  findings: ['JSON?', 'The findings, as the reviewer sent them.'],
  notBefore: ['String?', 'The time before which the approval does not count.'],
  reviewed: [
    'JSON?',
    'Of an approval: how many records the reviewer looked at, and the digest that names them.',
  ],
  carriedOver: [
    'JSON?',
    'How many records the approval carries over, the digest that names them, and the decisions that it rests on; ' +
      'null where the reviewer looked at every record.',
  ],
  reviewerIdentity: ['String', 'The person behind the decision.'],
  independence: ['String?', 'Why this person may decide: who marked, and who registered the source.'],
});

export const ChangeSetEvidence = evidenceType('ChangeSet', 'What a change set was made with.', {
  idempotencyKey: ['String', 'The key of the cut, or one that the verifier made.'],
  rollbackKey: ['String', 'The key under which it would be made void.'],
  rollbackReason: ['String?', 'For a compensation: the first finding of the verification.'],
  payloadSummary: [
    'JSON',
    'Document, source, number of the cut and counts; of a compensation, what it makes void.',
  ],
  scenarioRef: SCENARIO,
});

export const AffectedRowEvidence = evidenceType('AffectedRow', 'A row before and after the cut.', {
  before: ['JSON?', 'Version and content hash before; null for a unit that was born.'],
  after: ['JSON?', 'Ids, address, kind, parent, order, version and content hash after.'],
});

export const VerifyResultEvidence = evidenceType('VerifyResult', 'What a verification found.', {
  findings: ['JSON', 'The three axes with their findings.'],
  rationale: ['String?', 'The first finding, as a sentence; null where it passed.'],
  scenarioRef: SCENARIO,
});

export const SignatureEvidence = evidenceType('Signature', 'What was signed.', {
  payload: ['String', 'The exact signed bytes, as text.'],
  envelope: ['JSON', 'The DSSE envelope with the signature.'],
  payloadHash: ['Digest', 'SHA-256 of the signed bytes.'],
  revocationReason: ['String?', 'Why it was revoked.'],
  scenarioRef: SCENARIO,
});

export const AddressAliasEvidence = evidenceType('AddressAlias', 'Why an alias was given.', {
  rationale: ['String?', 'The reason that was given.'],
  scenarioRef: SCENARIO,
});
