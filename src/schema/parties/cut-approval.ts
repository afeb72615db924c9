import type { SeenSanction } from '../../law/sanction/sanction.ts';
import { builder } from '../builder.ts';

/** An approval of a cut, as readers see it. */
export type CutApprovalView = SeenSanction & { readonly approvedAt: string };

export const CutApprovalType = builder.objectRef<CutApprovalView>('CutApproval').implement({
  description:
    'A person’s signed approval of what one cut will do. It is used once, and ends within 12 hours. In production ' +
    'CUT needs one whose every pin is what the cut has.',
  fields: (t) => ({
    approvalId: t.expose('id', {
      type: 'UUID',
      description: 'Derived from the idempotency key of `approveCut`.',
    }),
    entryId: t.expose('entryId', { type: 'UUID', description: 'The entry whose cut it approves.' }),
    manifestDigest: t.expose('manifestDigest', { type: 'Digest', description: 'Pin: the approved plan.' }),
    sourceDigest: t.expose('sourceDigest', { type: 'Digest', description: 'Pin: the bytes of the text.' }),
    unitCount: t.exposeInt('unitCount', { description: 'Pin: how many units and headings the plan has.' }),
    effectDigest: t.expose('effectDigest', {
      type: 'Digest',
      description: 'Pin: what the cut does to each unit.',
    }),
    target: t.exposeString('target', {
      description: 'Pin: where the cut writes: the incarnation of the ledger, a slash, and the document.',
    }),
    vocabularyDigest: t.expose('vocabularyDigest', {
      type: 'Digest',
      description: 'Pin: the words of the plan.',
    }),
    schemaDigest: t.expose('schemaDigest', {
      type: 'Digest',
      description: 'Pin: the shape that the migrations give the database.',
    }),
    writerDigest: t.expose('writerDigest', {
      type: 'Digest',
      description: 'Pin: the files of the program that cuts, and its lock file.',
    }),
    approvedBy: t.expose('by', { type: 'UUID', description: 'The principal that approved it.' }),
    keyId: t.exposeString('keyId', { description: 'The key of that principal that signed.' }),
    approvedAt: t.expose('approvedAt', {
      type: 'DateTime',
      description: 'The time of the transaction that wrote it.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The first moment at which it no longer counts.',
    }),
    usedBy: t.expose('usedBy', {
      type: 'UUID',
      nullable: true,
      description: 'The change set that used it; null while none has.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null while it is not.',
    }),
  }),
});
