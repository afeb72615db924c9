import { ChangeSet } from './change-set.ts';
import { Entry } from './entry.ts';
import { LaneEnum } from './enums/callers.ts';
import { SignatureKindEnum, ValidationStateEnum } from './enums/effects.ts';
import { SignatureEvidence } from './evidence.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
  wordFields,
} from './node.ts';
import { Principal } from './principal.ts';
import { VerifyResult } from './verify-result.ts';

export const Signature = nounType('Signature');

export const SignatureConnection = connectionTypes('Signature', Signature, {
  equal: {
    signatureId: 'UUID',
    signatureKind: SignatureKindEnum,
    signerDotId: LaneEnum,
    crossReferenceChangeSetId: 'UUID',
    crossReferenceVerifyResultId: 'UUID',
    priorSignatureId: 'UUID',
  },
  time: 'emittedAt',
});

Signature.implement({
  description:
    'One Ed25519 signature of one lane over one statement. It references a change set or a verify result, never both.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      signatureKind: [SignatureKindEnum, 'Whose signature it is.'],
      validationState: [ValidationStateEnum, 'What the server found when it wrote the signature.'],
      signerDotId: [LaneEnum, 'The lane that signed.'],
    }),
    ...columnFields(t, {
      signatureId: ['UUID', 'Identifies the signature.'],
      signerToolRevision: ['String', 'The revision of the tool that signed.'],
      crossReferenceChangeSetId: ['UUID?', 'The change set signed, for lane DOT-991.'],
      crossReferenceVerifyResultId: ['UUID?', 'The verify result signed, for lane DOT-992.'],
      priorSignatureId: [
        'UUID?',
        "For a verifier: the executor's signature it judges. For an executor: the signature of the cut " +
          'that this one retries or amends.',
      ],
      emittedAt: ['DateTime', 'The time of the transaction.'],
      revokedAt: ['DateTime?', 'When it was revoked, if it was.'],
      revokedBy: ['String?', 'The principal that revoked it.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, SignatureEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    revokedByPrincipal: optionalNode(t, Principal, 'The principal that revoked it.'),
    changeSet: optionalNode(t, ChangeSet, 'The change set signed.'),
    verifyResult: optionalNode(t, VerifyResult, 'The verify result signed.'),
    prior: optionalNode(t, Signature, 'The signature before this one in its lineage.'),
    entry: optionalNode(t, Entry, 'The entry of the cut that was signed or judged.'),
  }),
});
