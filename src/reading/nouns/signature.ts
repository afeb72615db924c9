import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toOne, toOneThrough } from './relation.ts';
import { entryOfChangeSet, RESULTS } from './views.ts';

export const SignatureNoun = describeNoun({
  name: 'Signature',
  view: 'v_dot_pair_signature_observe',
  columns: {
    signatureId: 'uuid',
    signatureKind: 'word',
    signerDotId: 'word',
    signerToolRevision: 'text',
    crossReferenceChangeSetId: 'uuid',
    crossReferenceVerifyResultId: 'uuid',
    priorSignatureId: 'uuid',
    validationState: 'word',
    emittedAt: 'time',
    revokedAt: 'time',
    revokedBy: 'text',
  },
  key: ['signature_id'],
  born: ['emitted_at', 'signature_id'],
  indexed: [
    'signature_id',
    'cross_reference_change_set_id',
    'cross_reference_verify_result_id',
    'prior_signature_id',
    'emitted_at',
    'signer_dot_id',
    'signature_kind',
  ],
  lasting: { but: [], also: ['entry'] },
  relations: {
    evidence: toEvidence('SignatureEvidence'),
    revokedByPrincipal: toPrincipal('revoked_by'),
    changeSet: toOne('ChangeSet', ['change_set_id', 'cross_reference_change_set_id']),
    verifyResult: toOne('VerifyResult', ['verify_result_id', 'cross_reference_verify_result_id']),
    prior: toOne('Signature', ['signature_id', 'prior_signature_id']),
    entry: toOneThrough(
      'Entry',
      [
        ['changeSet', 'entry'],
        ['verifyResult', 'changeSet', 'entry'],
      ],
      (e, s) => {
        const ofResult = `r.verify_result_id = ${s}.cross_reference_verify_result_id`;
        const judged = `(select r.change_set_id from ${RESULTS} r where ${ofResult})`;
        return `${e}.entry_id = ${entryOfChangeSet(`coalesce(${s}.cross_reference_change_set_id, ${judged})`)}`;
      },
    ),
  },
});
