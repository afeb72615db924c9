import { z } from 'zod';
import type { StatementToSign } from '../ledger/statement-to-sign.ts';
import { builder } from '../schema/builder.ts';
import { base64, optionalInput } from './input.ts';

/** More than any statement has, in base64. */
const LONGEST = 16_384;

const shape = z.object({
  keyId: z.string().regex(/^ed25519:[0-9a-f]{32}$/, 'must be "ed25519:" and 32 hexadecimal digits'),
  signature: z
    .string()
    .max(LONGEST, `must have at most ${LONGEST} characters`)
    .pipe(base64)
    .refine((bytes) => bytes.length === 64, 'must be 64 bytes in base64'),
  statement: z.string().max(LONGEST, `must have at most ${LONGEST} characters`).pipe(base64),
});

/** The signature of a caller who signs for itself. */
export const statementSignature = optionalInput(shape);

export const StatementSignatureInput = builder.inputType('StatementSignatureInput', {
  description:
    'A statement that you signed with your own key: of `cutStatement` or `verifyStatement`, with the same ' +
    'idempotency key. The ledger makes the statement again, and refuses unless it is the same to the byte.',
  fields: (t) => ({
    keyId: t.string({
      required: true,
      extensions: { audit: 'redact' },
      description: 'The id of the key that signed: `ed25519:` and 32 hexadecimal digits.',
    }),
    signature: t.field({
      type: 'Base64',
      required: true,
      description: 'The Ed25519 signature over `preAuthEncoding`, 64 bytes.',
    }),
    statement: t.field({
      type: 'Base64',
      required: true,
      description: 'The signed bytes: `payload`, as it was given.',
    }),
  }),
});

export const SIGNATURE_DESCRIPTION =
  'Your own signature of the statement. Left out: the server signs with the lane’s key, if it holds that.';

const base64Of = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

export const StatementToSignType = builder.objectRef<StatementToSign>('StatementToSign').implement({
  description: 'What the caller signs so that the ledger writes exactly that. Nothing of it is stored.',
  fields: (t) => ({
    payloadType: t.exposeString('payloadType', {
      description: 'What kind of statement it is. The signature covers it.',
    }),
    payload: t.field({
      type: 'Base64',
      description: 'The statement: canonical JSON (RFC 8785).',
      resolve: ({ payload }) => base64Of(payload),
    }),
    preAuthEncoding: t.field({
      type: 'Base64',
      description: 'The bytes to sign: type and payload in the pre-authentication encoding of DSSE.',
      resolve: ({ preAuthEncoding }) => base64Of(preAuthEncoding),
    }),
    digest: t.expose('digest', { type: 'Digest', description: 'SHA-256 of the statement.' }),
    keyIds: t.exposeStringList('keyIds', {
      description: 'The keys that may sign it: those of the caller’s principal in this lane.',
    }),
    acceptedUntil: t.expose('acceptedUntil', {
      type: 'DateTime',
      description: 'Until when the ledger accepts its signature: 15 minutes after it was made.',
    }),
  }),
});
