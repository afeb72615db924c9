import type { KeyPurpose, Lane } from './values.ts';

/** A lane's signing key as this process holds it: 32 bytes of seed and what derives from them. Never logged. */
export interface LaneKey {
  readonly lane: Lane;
  readonly keyId: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export type PublicLaneKey = Omit<LaneKey, 'seed'>;

/** Where this process has its lanes' keys from. */
export interface Custody {
  /**
   * The keys that are held for a lane and a purpose, as they are at this moment; none of a lane that isn't served.
   * There are two while one is to follow the other: the key registry says which is in force.
   */
  keysOf(lane: Lane, purpose: KeyPurpose): readonly LaneKey[];
  /**
   * The keys of either purpose that are the lane's, or were and were followed, by what this process holds and not by
   * the registry's word: whoever writes into the registry can't speak for the lane. None of a lane that isn't served.
   */
  knownOf(lane: Lane): readonly PublicLaneKey[];
}
