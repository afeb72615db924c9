import type { SigningKey as Key } from '../log/tree/proofs.ts';
import { builder } from './builder.ts';
import { KeyPurposeEnum, LaneEnum } from './enums/callers.ts';

export const SigningKeyType = builder.objectRef<Key>('SigningKey').implement({
  description:
    "A lane's public key. What it signs is judged by the positions that it is valid for. The log holds " +
    'these positions, signed; this is what the registry says of them.',
  fields: (t) => ({
    keyId: t.exposeString('key_id', { description: 'Its name: a prefix of its SHA-256.' }),
    lane: t.expose('lane', { type: LaneEnum, description: 'Whose key it is.' }),
    purpose: t.expose('purpose', { type: KeyPurposeEnum, description: 'What it signs.' }),
    publicKey: t.field({
      type: 'Base64',
      description: 'The 32 bytes of the Ed25519 public key.',
      resolve: (key) => key.public_key.toString('base64'),
    }),
    principalId: t.expose('principal_id', { type: 'UUID', description: 'Whose key it is.' }),
    fromPosition: t.expose('from_position', {
      type: 'Position',
      description: 'The first position that it is valid for.',
    }),
    untilPosition: t.expose('until_position', {
      type: 'Position',
      nullable: true,
      description: 'The first position that it is no longer valid for; null while it is in force.',
    }),
  }),
});
