import type { Lane } from './values.ts';

/** A lane's signing key as this process holds it: 32 bytes of seed and what derives from them. Never logged. */
export interface LaneKey {
  readonly lane: Lane;
  readonly keyId: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A key as the registry has it: valid for statements at positions in [fromPosition, untilPosition). */
export interface RegisteredKey {
  readonly keyId: string;
  readonly lane: string;
  readonly principalId: string;
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly untilPosition: string | null;
}
