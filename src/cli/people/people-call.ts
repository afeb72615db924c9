/** What the commands about principals and tokens have in common: a call that is answered once, and what is shown. */
import { randomUUID } from 'node:crypto';
import { repeatCall } from '../../client/repeat.ts';
import { ClientFault } from '../client/client.ts';

export const PAGE = 100;

/** What a command found or did: lines for people, objects for programs, and the one secret that there may be. */
export interface Shown {
  readonly lines: readonly string[];
  readonly objects: readonly object[];
  /** A token, shown this once. */
  readonly secret?: string | null;
}

/** Each command is an act of its own; its key makes the repetition of a lost call safe. */
export const freshKey = (verb: string): string => `cutter ${verb} ${randomUUID()}`;

export async function sentUntilAnswered<Result>(send: () => Promise<Result>): Promise<Result> {
  return await repeatCall({ send, lost });
}

const lost = (error: unknown) =>
  error instanceof ClientFault && error.kind === 'unreachable' ? { retryAfterMs: null } : null;

/** "is", where it was done; "would be", where it was only tried. */
export const doneWords = (dryRun: boolean): string => (dryRun ? 'can be' : 'is');
