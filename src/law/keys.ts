import type { KeyPurpose, Lane } from './values.ts';

/** A lane's signing key as this process holds it: 32 bytes of seed and what derives from them. Never logged. */
export interface LaneKey {
  readonly lane: Lane;
  readonly keyId: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export type PublicLaneKey = Omit<LaneKey, 'seed'>;

/** The keys of lanes that this process holds. */
export interface Custody {
  /**
   * The keys that are held for a lane and a purpose, as they are at this moment; none of a lane that isn't served.
   * There are two during a rotation: the key registry says which is in force.
   */
  keysOf(lane: Lane, purpose: KeyPurpose): readonly LaneKey[];
  /**
   * The lane's keys of either purpose, present and former, by what this process holds. The registry isn't asked: who
   * can write into it can't speak for the lane. None of a lane that isn't served.
   */
  knownOf(lane: Lane): readonly PublicLaneKey[];
}
