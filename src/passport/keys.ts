import type { KnownKey } from '../proof/keys-file.ts';
import type { CosignedHead } from './checkpoint.ts';
import type { Passport, PassportKey } from './format.ts';
import { refuseUnless } from './refuse.ts';
import type { StatementKeys } from './signatures.ts';

/** Refuses unless the keys that a passport names are those that signed it, as its reader knows them. */
export function holdKeys({ keys }: Passport, signers: StatementKeys, head: CosignedHead): void {
  holdStatedKey(keys.executor, signers.executor, head.size, 'keys.executor');
  holdStatedKey(keys.verifier, signers.verifier, head.size, 'keys.verifier');
  holdStatedKey(keys.executorCheckpoint, head.keys['DOT-991'], head.size, 'keys.executorCheckpoint');
  holdStatedKey(keys.verifierCheckpoint, head.keys['DOT-992'], head.size, 'keys.verifierCheckpoint');
}

/** A key as a passport states it. It has an end only where the checkpoint covers it: a later end changes nothing. */
export function statedKey(key: KnownKey, size: number): PassportKey {
  const ended = key.until !== null && key.until < size;
  return {
    keyId: key.keyId,
    lane: key.lane,
    purpose: key.purpose,
    publicKey: key.publicKey.toString('base64'),
    from: String(key.from),
    until: ended ? String(key.until) : null,
  };
}

function holdStatedKey(stated: PassportKey, known: KnownKey, size: number, where: string): void {
  const due = statedKey(known, size);
  for (const member of ['keyId', 'publicKey', 'lane', 'purpose', 'from', 'until'] as const)
    refuseUnless(
      stated[member] === due[member],
      `${where}.${member}`,
      `The passport says ${stated[member] ?? 'no'} for ${member} of the key that signed, ` +
        `and the keys given say ${due[member] ?? 'no'}` +
        `${member === 'until' ? '; if they are old, get them again' : ''}.`,
    );
}
