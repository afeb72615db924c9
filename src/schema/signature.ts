import { ChangeSet } from './change-set.ts';
import { Entry } from './entry.ts';
import { columnFields, connectionTypes, nounType, optionalNode, placeInLog } from './node.ts';
import { VerifyResult } from './verify-result.ts';

export const Signature = nounType('Signature');

export const SignatureConnection = connectionTypes('Signature', Signature, {
  equal: {
    signatureId: 'UUID',
    signatureKind: 'String',
    signerDotId: 'String',
    crossReferenceChangeSetId: 'UUID',
    crossReferenceVerifyResultId: 'UUID',
    priorSignatureId: 'UUID',
    validationState: 'String',
  },
  nullable: ['revokedAt'],
  time: 'emittedAt',
});

Signature.implement({
  description:
    'One Ed25519 signature of one lane over one statement. It references a change set or a verify result, never both.',
  fields: (t) => ({
    ...columnFields(t, {
      signatureId: ['UUID', 'Identifies the signature.'],
      signatureKind: ['String', '`executor` or `verifier`.'],
      signerDotId: ['String', 'The lane: `DOT-991` or `DOT-992`.'],
      signerToolRevision: ['String', 'The revision of the tool that signed.'],
      crossReferenceChangeSetId: ['UUID?', 'The change set signed, for lane DOT-991.'],
      crossReferenceVerifyResultId: ['UUID?', 'The verify result signed, for lane DOT-992.'],
      priorSignatureId: [
        'UUID?',
        "For a verifier: the executor's signature it judges. For an executor: the signature of the cut " +
          'that this one retries or amends.',
      ],
      validationState: ['String', '`valid`.'],
      emittedAt: ['DateTime', 'The time of the transaction.'],
      revokedAt: ['DateTime?', 'When it was revoked, if it was.'],
      revokedBy: ['String?', 'The principal that revoked it.'],
    }),
    ...placeInLog(t),
    changeSet: optionalNode(t, ChangeSet, 'The change set signed.'),
    verifyResult: optionalNode(t, VerifyResult, 'The verify result signed.'),
    prior: optionalNode(t, Signature, 'The signature before this one in its lineage.'),
    entry: optionalNode(t, Entry, 'The entry of the cut that was signed or judged.'),
  }),
});
