/**
 * A stranger's verifier: written from the formats alone (C2SP signed-note and tlog-checkpoint, RFC 6962 recursively), on
 * tweetnacl and nothing of this project. What it accepts, others will.
 */
import { createHash } from 'node:crypto';
import nacl from 'tweetnacl';

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
export const strangersLeaf = (data: Uint8Array): Buffer => sha256(Buffer.of(0), data);
const inner = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.of(1), left, right);

/** The tree's definition, word for word. */
export function strangersRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return Buffer.from(only);
  const split = splitOf(leaves.length);
  return inner(strangersRoot(leaves.slice(0, split)), strangersRoot(leaves.slice(split)));
}

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Where an audit path leads, followed from the root downwards; null where it has another length than it must. */
export function rootByPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Buffer | null {
  if (size === 1) return path.length === 0 ? Buffer.from(leaf) : null;
  const sibling = path.at(-1);
  if (sibling === undefined) return null;
  const split = splitOf(size);
  const below =
    index < split
      ? rootByPath(leaf, index, split, path.slice(0, -1))
      : rootByPath(leaf, index - split, size - split, path.slice(0, -1));
  if (below === null) return null;
  return index < split ? inner(below, sibling) : inner(sibling, below);
}

/** Both roots that a consistency proof gives, by the recursion of RFC 6962 §2.1.2; null where it doesn't fit. */
export function rootsByProof(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  proof: readonly Uint8Array[],
): { old: Buffer; new: Buffer } | null {
  const down = (
    m: number,
    n: number,
    path: readonly Uint8Array[],
    whole: boolean,
  ): [Buffer, Buffer] | null => {
    if (m === n) {
      const [only] = path;
      if (whole) return path.length === 0 ? [Buffer.from(fromRoot), Buffer.from(fromRoot)] : null;
      return path.length === 1 && only !== undefined ? [Buffer.from(only), Buffer.from(only)] : null;
    }
    const sibling = path.at(-1);
    if (sibling === undefined) return null;
    const split = splitOf(n);
    const below =
      m <= split
        ? down(m, split, path.slice(0, -1), whole)
        : down(m - split, n - split, path.slice(0, -1), false);
    if (below === null) return null;
    return m <= split
      ? [below[0], inner(below[1], sibling)]
      : [inner(sibling, below[0]), inner(sibling, below[1])];
  };
  const roots = down(from, to, proof, true);
  return roots === null ? null : { old: roots[0], new: roots[1] };
}

export interface StrangersCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Names whose signature verified. */
  readonly signedBy: readonly string[];
}

/** Reads a note and checks each signature under the verifier keys (`name+hash+base64`) that the stranger was given. */
export function openNote(note: string, verifierKeys: readonly string[]): StrangersCheckpoint {
  const [text, signatures] = [note.slice(0, note.indexOf('\n\n') + 1), note.slice(note.indexOf('\n\n') + 2)];
  const [origin, size, root] = text.split('\n');
  const signedBy = signatures
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [dash, name, encoded] = line.split(' ');
      if (dash !== '—') throw new Error(`no signature line: ${line}`);
      const bytes = Buffer.from(encoded as string, 'base64');
      const known = verifierKeys.find((key) => key.startsWith(`${name}+`));
      if (known === undefined) return [];
      // Base64 may hold a plus, names and hashes none.
      const [, hash, ...key] = known.split('+');
      const raw = Buffer.from(key.join('+'), 'base64');
      const expected = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
      if (raw[0] !== 1 || expected.toString('hex') !== hash || !expected.equals(bytes.subarray(0, 4)))
        return [];
      const verified = nacl.sign.detached.verify(Buffer.from(text), bytes.subarray(4), raw.subarray(1));
      return verified ? [name as string] : [];
    });
  return {
    origin: origin as string,
    size: Number(size),
    root: Buffer.from(root as string, 'base64'),
    signedBy,
  };
}
