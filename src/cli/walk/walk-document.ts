/** A document that a run registers and cuts. */
export interface WalkDocument {
  readonly docCode: string;
  readonly title: string | null;
  readonly profile: string;
  readonly bytes: Uint8Array;
}
