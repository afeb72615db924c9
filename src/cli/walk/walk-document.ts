import type { Granularity } from '../../document/profile/schema.ts';

/** A document that a run registers and cuts. */
export interface WalkDocument {
  readonly docCode: string;
  readonly title: string | null;
  readonly profile: string;
  /** Null: the profile's own. */
  readonly granularity: Granularity | null;
  readonly bytes: Uint8Array;
}
