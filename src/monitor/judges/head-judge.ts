import { z } from 'zod';
import type { TreeHead } from '../../proof/checkpoint.ts';
import { leafHash } from '../../proof/merkle.ts';
import { FoldedLog, foldedState } from './folded-log.ts';
import type { HeadKeys } from './head-keys.ts';
import { signedHead } from './signed-head.ts';
import { StreamRefused } from './stream-refused.ts';

/** How a checkpoint compares with what was folded. */
export interface JudgedHead {
  readonly head: TreeHead;
  /**
   * `ahead`: compared when the stream gets there. `behind`: older than the leaves that are kept; the caller asks for a
   * consistency proof up to `next`. `unfolded`: the stream doesn't send every record from the start.
   */
  readonly judged: 'agrees' | 'ahead' | 'behind' | 'unfolded';
}

const head = z.strictObject({ origin: z.string(), size: z.number().int().nonnegative(), root: z.base64() });
export const headState = z.strictObject({
  folded: foldedState.nullable(),
  newest: head.nullable(),
  ahead: head.nullable(),
});
type HeadState = z.infer<typeof headState>;

/** Folds the records as they arrive, and holds every checkpoint to them and to the one before. */
export class HeadJudge {
  readonly #keys: HeadKeys | null;
  #folded: FoldedLog | null = null;
  #newest: TreeHead | null = null;
  #newestNote: string | null = null;
  /** The smallest head that the stream hasn't come to. */
  #ahead: TreeHead | null = null;

  constructor(keys: HeadKeys | null) {
    this.#keys = keys;
  }

  get newest(): TreeHead | null {
    return this.#newest;
  }
  get root(): Uint8Array | null {
    return this.#folded?.rootAt(this.#folded.size) ?? null;
  }

  /** Begins at the log's first record. Every record will be added. */
  foldFromStart(): void {
    this.#folded = new FoldedLog();
  }

  /** The record that comes next. A checkpoint that covers everything up to it is compared now. */
  add(position: number, recordHash: string | undefined): JudgedHead | null {
    if (this.#folded === null) return null;
    if (recordHash === undefined)
      throw new StreamRefused('malformed', `The record at position ${position} came without its hash.`);
    this.#folded.add(leafHash(Buffer.from(recordHash.slice(7), 'hex')));
    if (this.#ahead?.size !== this.#folded.size) return null;
    const judged = this.#compare(this.#ahead);
    const further = this.#newest !== null && this.#newest.size > judged.head.size;
    this.#ahead = further ? this.#newest : null;
    return judged;
  }

  take(note: string, incarnation: string): JudgedHead {
    const newest = this.#newest;
    if (note === this.#newestNote && newest !== null) return this.#compare(newest);
    const head = signedHead(note, incarnation, this.#keys);
    if (newest !== null && head.size < newest.size)
      throw new StreamRefused(
        'old-head',
        `A checkpoint of ${head.size} positions came after one of ${newest.size}: an old head is shown again.`,
      );
    if (newest !== null && head.size === newest.size && !isSame(head.root, newest.root))
      throw new StreamRefused('other-root', `Two checkpoints of ${head.size} positions have other roots.`);
    const judged = this.#compare(head);
    this.#newest = head;
    this.#newestNote = note;
    return judged;
  }

  #compare(head: TreeHead): JudgedHead {
    if (this.#folded === null) return { head, judged: 'unfolded' };
    if (head.size > this.#folded.size) {
      this.#ahead ??= head;
      return { head, judged: 'ahead' };
    }
    const root = this.#folded.rootAt(head.size);
    if (root === null) return { head, judged: 'behind' };
    if (!isSame(root, head.root))
      throw new StreamRefused(
        'other-root',
        `The records before position ${head.size} don't give the root that both lanes signed: ` +
          'the stream dropped or altered one, or is a fork.',
      );
    this.#folded.settle(head.size);
    return { head, judged: 'agrees' };
  }

  state(): HeadState {
    return {
      folded: this.#folded?.state() ?? null,
      newest: savedHead(this.#newest),
      ahead: savedHead(this.#ahead),
    };
  }

  /** Goes on from a saved state, at position `next`; false where the two don't fit. */
  restore({ folded, newest, ahead }: HeadState, next: number | null): boolean {
    this.#folded = folded === null ? null : FoldedLog.of(folded);
    this.#newest = treeHead(newest);
    this.#ahead = treeHead(ahead);
    return folded === null || this.#folded?.size === next;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function savedHead(head: TreeHead | null): HeadState['newest'] {
  return head === null ? null : { ...head, root: Buffer.from(head.root).toString('base64') };
}

function treeHead(head: HeadState['newest']): TreeHead | null {
  return head === null ? null : { ...head, root: Buffer.from(head.root, 'base64') };
}
