import type { TreeHead } from '../../proof/checkpoint.ts';
import { verifyConsistency } from '../../proof/merkle.ts';
import type { JudgedHead } from './head-judge.ts';

export type Head = Pick<TreeHead, 'size' | 'root'>;

/** Asks for a consistency proof; null where the ledger can't or won't prove. */
export type AskProof = (from: number, to: number) => Promise<readonly Uint8Array[] | null>;

/** Heads kept beside the newest: a ledger that was set back is compared with one from before that position. */
const KEPT = 32;

/** The newest head that belongs to what was folded, and the proofs that others belong to it. */
export class ProvedHeads {
  readonly #ask: AskProof;
  /** Smallest first; fewer of the older ones. */
  #heads: readonly Head[];

  constructor(ask: AskProof, heads: readonly Head[]) {
    this.#ask = ask;
    this.#heads = heads;
  }

  get heads(): readonly Head[] {
    return this.#heads;
  }
  get size(): number {
    return this.#newest?.size ?? 0;
  }
  get #newest(): Head | null {
    return this.#heads.at(-1) ?? null;
  }

  /** Takes a head that the stream's judge believes, asks for a proof from the one before; returns what is wrong. */
  async take({ head, judged }: JudgedHead): Promise<string | null> {
    const before = this.#newest;
    if (judged === 'ahead' || (before === null && judged !== 'agrees')) return null;
    if (before !== null && head.size <= before.size) return null;
    const fault = before === null ? null : await this.#fault(before, head);
    this.#heads = thinHeads([...this.#heads, { size: head.size, root: head.root }]);
    return fault === null
      ? null
      : `The server ${fault} that the head of ${before?.size} positions is the beginning of the one of ${head.size}.`;
  }

  /** Whether a head that isn't newer than the newest is proved to belong to the same log. */
  async holds(head: Head): Promise<boolean> {
    const newest = this.#newest;
    if (newest === null || head.size > newest.size) return false;
    if (head.size === newest.size) return Buffer.compare(head.root, newest.root) === 0;
    return (await this.#fault(head, newest)) === null;
  }

  async #fault(from: Head, to: Head): Promise<string | null> {
    const proof = await this.#ask(from.size, to.size);
    if (proof === null) return 'gives no proof';
    const claim = { from: from.size, fromRoot: from.root, to: to.size, toRoot: to.root, proof };
    return verifyConsistency(claim) ? null : 'gives a proof that does not hold';
  }
}

/** Drops every second one of the older half where there are too many. */
function thinHeads(heads: readonly Head[]): readonly Head[] {
  return heads.length <= KEPT ? heads : heads.filter((_, at) => at >= KEPT / 2 || at % 2 === 0);
}
