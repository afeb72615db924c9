/** A stream as a ledger would send it, made by hand for tests that alter it: records, cursors, and heads that two lanes sign. */
import { createHash, randomUUID } from 'node:crypto';
import { checkpointKeyName, checkpointText, originOf } from '../../src/proof/checkpoint.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { leafHash, rootOf } from '../../src/proof/merkle.ts';
import { formatNote, signNote } from '../../src/proof/note.ts';

type Lane = 'DOT-991' | 'DOT-992';

// biome-ignore lint/suspicious/noExplicitAny: a test alters what it likes
export type Made = any;

const seeds: Readonly<Record<Lane, Buffer>> = {
  'DOT-991': Buffer.alloc(32, 1),
  'DOT-992': Buffer.alloc(32, 2),
};

/** The keys that a client of these streams knows. */
export function madeKeys(lane: Lane): readonly Uint8Array[] {
  return [publicKeyOf(seeds[lane])];
}

export interface MadeLedger {
  readonly incarnation: string;
  ready(head: number, place: number): Made;
  event(position: number): Made;
  caughtUp(place: number, size?: number): Made;
  heartbeat(place: number, size?: number): Made;
  /** A note that both lanes sign, or who stands for them. */
  note(size: number, signers?: Readonly<Record<Lane, Lane>>): string;
  reset(reason?: string): Made;
}

/** `fork`: from this position on the records are others. */
export function madeLedger(fork = Number.POSITIVE_INFINITY, incarnation: string = randomUUID()): MadeLedger {
  const hashAt = (position: number): Buffer =>
    createHash('sha256')
      .update(`${position} ${position >= fork}`)
      .digest();
  const cursorAt = (place: number): string => `cursor ${place}`;
  const origin = originOf(incarnation);
  function note(
    size: number,
    signers: Readonly<Record<Lane, Lane>> = { 'DOT-991': 'DOT-991', 'DOT-992': 'DOT-992' },
  ): string {
    const leaves = Array.from({ length: size }, (_, at) => leafHash(hashAt(at)));
    const text = checkpointText({ origin, size, root: rootOf(leaves) });
    const signed = (Object.keys(signers) as Lane[]).map((lane) => {
      const seed = seeds[signers[lane]];
      return signNote(text, { name: checkpointKeyName(origin, lane), publicKey: publicKeyOf(seed) }, seed);
    });
    return formatNote({ text, signatures: signed });
  }
  const checkpoint = (size: number | undefined) => (size === undefined ? null : { note: note(size) });
  return {
    incarnation,
    note,
    ready: (head, place) => ({
      __typename: 'Ready',
      cursor: cursorAt(place),
      head: String(head),
      heartbeatMs: 1000,
      incarnation,
    }),
    event: (position) => ({
      __typename: 'HistoryEvent',
      cursor: cursorAt(position + 1),
      position: String(position),
      recordHash: `sha256:${hashAt(position).toString('hex')}`,
      rows: [{ position: String(position) }],
    }),
    caughtUp: (place, size) => ({
      __typename: 'CaughtUp',
      cursor: cursorAt(place),
      checkpoint: checkpoint(size),
    }),
    heartbeat: (place, size) => ({
      __typename: 'Heartbeat',
      cursor: cursorAt(place),
      head: String(place),
      checkpoint: checkpoint(size),
    }),
    reset: (reason = 'LISTENER_LOST') => ({ __typename: 'Reset', reason, message: 'The server is closing.' }),
  };
}
