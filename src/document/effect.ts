/**
 * The effect of a cut on the ledger's units, as one digest that anyone can recompute from the rows: no ids, no
 * times.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../proof/canonical.ts';
import type { Digest } from '../proof/digest.ts';
import { digestOf } from '../proof/digest.ts';
import type { UnitAction } from './actions.ts';
import { byBytes } from './actions.ts';
import { sortedByTurns } from './sorted-by-turns.ts';

export interface UnitEffect {
  readonly address: string;
  readonly action: UnitAction;
  readonly versionSeq: number;
  /** Null where a row lost it: then the digest is no approved one. */
  readonly contentHash: string | null;
  readonly parentAddress: string | null;
  readonly sortOrder: number;
}

/** Digest of the effects, ordered by the bytes of their addresses; of the empty list for a compensation. */
export function effectDigest(effects: readonly UnitEffect[]): Digest {
  const sorted = effects.toSorted((a, b) => byBytes(a.address, b.address));
  return digestOf(`[${sorted.map(effectText).join()}]`);
}

/** Effects that are written in one turn. */
const TURN = 2_000;

/** The same, some thousand effects at a time: `pause` lets others have their turns. */
export async function effectDigestByTurns(
  effects: readonly UnitEffect[],
  pause: () => Promise<unknown>,
): Promise<Digest> {
  const sorted = await sortedByTurns(effects, (a, b) => byBytes(a.address, b.address), pause);
  const hash = createHash('sha256').update('[');
  for (let from = 0; from < sorted.length; from += TURN) {
    const text = sorted
      .slice(from, from + TURN)
      .map(effectText)
      .join();
    hash.update(from === 0 ? text : `,${text}`);
    await pause();
  }
  return `sha256:${hash.update(']').digest('hex')}`;
}

function effectText(effect: UnitEffect): string {
  const { address, action, versionSeq, contentHash, parentAddress, sortOrder } = effect;
  return canonicalJson({ address, action, versionSeq, contentHash, parentAddress, sortOrder });
}
