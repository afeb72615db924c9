import type { UnitCounts } from '../law/statement.ts';

/** Who did something, when, and at which position of the log. */
export interface Deed {
  readonly position: number;
  readonly at: string;
  readonly principalId: string;
  readonly personId: string;
}

/** What a good passport says, for people and for programs. */
export interface Said {
  readonly origin: string;
  /** `rehearsal` where one of its records was made by sample persons. */
  readonly mode: 'rehearsal' | 'production';
  readonly changeSetId: string;
  readonly entryId: string;
  readonly document: {
    readonly docCode: string;
    readonly title: string | null;
    readonly sourceDigest: string;
    readonly byteLength: number;
  };
  readonly plan: {
    readonly manifestDigest: string;
    readonly profile: string | null;
    readonly counts: UnitCounts;
    readonly effectDigest: string;
  };
  readonly registered: Deed;
  readonly marked: Deed;
  readonly approved: Deed & { readonly decisionId: string; readonly expiresAt: string | null };
  readonly cut: Deed & { readonly keyId: string };
  readonly verified: Deed & {
    readonly keyId: string;
    readonly verdict: 'pass' | 'fail';
    readonly rationale: string | null;
    /** The change set that made this one void. */
    readonly compensatedBy: string | null;
  };
  readonly checkpoint: { readonly size: number; readonly root: string };
}

/** What became of a passport. */
export type PassportVerdict =
  | { readonly ok: true; readonly said: Said }
  | {
      readonly ok: false;
      /** One plain sentence. */
      readonly reason: string;
      /** The place in the file: members and indexes joined by dots; empty for the file as a whole. */
      readonly where: string;
    };
