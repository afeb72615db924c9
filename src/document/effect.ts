/**
 * The effect of a cut on the ledger's units, as one digest that anyone can recompute from the rows: no ids, no
 * times.
 */
import { canonicalJson } from '../proof/canonical.ts';
import type { Digest } from '../proof/digest.ts';
import { digestOf } from '../proof/digest.ts';
import type { UnitAction } from './actions.ts';
import { byBytes } from './actions.ts';

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
  const rows = effects.map(({ address, action, versionSeq, contentHash, parentAddress, sortOrder }) => ({
    address,
    action,
    versionSeq,
    contentHash,
    parentAddress,
    sortOrder,
  }));
  return digestOf(canonicalJson(rows.sort((a, b) => byBytes(a.address, b.address))));
}
