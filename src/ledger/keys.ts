import type { Lane } from './values.ts';

/** A lane's signing key as this process holds it: 32 bytes of seed and what derives from them. Never logged. */
export interface LaneKey {
  readonly lane: Lane;
  readonly keyId: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}
