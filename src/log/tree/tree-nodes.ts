import type { Client } from 'pg';
import { type NodeCoordinate, type ProofStep, rootFromNodes } from '../../proof/merkle-nodes.ts';

/** The log isn't what was folded, or can't be: it was altered. A person has to look. */
export class TreeBroken extends Error {
  override readonly name = 'TreeBroken';
}

/** Nodes as they were read, to fold the hashes of proofs from. */
export interface ReadNodes {
  /** The hash of a stretch of complete subtrees; throws TreeBroken where one of them wasn't there. */
  of(step: ProofStep): Uint8Array;
}

/** The nodes, each once: proofs name some of them twice. */
export function distinctNodes(steps: readonly ProofStep[]): readonly NodeCoordinate[] {
  return [...new Map(steps.flat().map((node) => [keyOf(node), node])).values()];
}

/** Pairs what was asked for with what was found, in the same order. */
export function pairNodes(
  wanted: readonly NodeCoordinate[],
  found: readonly (Uint8Array | null | undefined)[],
): ReadNodes {
  const hashes = new Map(wanted.map((node, at) => [keyOf(node), found[at] ?? null]));
  const one = (node: NodeCoordinate): Uint8Array => {
    const hash = hashes.get(keyOf(node)) ?? null;
    if (hash !== null) return hash;
    throw new TreeBroken(`The tree has no node ${node.index} at level ${node.level}, which it must have.`);
  };
  return { of: (step) => rootFromNodes(step.map(one)) };
}

function keyOf({ level, index }: NodeCoordinate): string {
  return `${level}/${index}`;
}

/** One look-up by key for each; a join would let the planner scan. */
const NODES = `/* log.nodes */
  select (select hash from cutter_log.node where node.level = wanted.level and node.idx = wanted.idx) as hash
  from unnest($1::int[], $2::bigint[]) with ordinality wanted (level, idx, place) order by place`;

/** Reads nodes over a raw connection. */
export async function readTreeNodes(client: Client, wanted: readonly NodeCoordinate[]): Promise<ReadNodes> {
  if (wanted.length === 0) return pairNodes([], []);
  const { rows } = await client.query<{ hash: Buffer | null }>(NODES, [
    wanted.map(({ level }) => level),
    wanted.map(({ index }) => index),
  ]);
  return pairNodes(
    wanted,
    rows.map(({ hash }) => hash),
  );
}
