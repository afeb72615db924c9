/** The public keys that a lane may have signed a head of this size with, as the caller knows them. */
export type HeadKeys = (lane: 'DOT-991' | 'DOT-992', size: number) => readonly Uint8Array[];
