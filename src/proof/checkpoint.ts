import { NoteFault } from './note.ts';

/** A tree head (C2SP tlog-checkpoint): of which log, how many leaves, and their root. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** The origin line of a ledger: its incarnation, so that a head of one never passes for a head of another. */
export function originOf(incarnation: string): string {
  return `cutter/${incarnation}`;
}

/** The incarnation that an origin names. */
export function incarnationOf(origin: string): string {
  return origin.slice('cutter/'.length);
}

/** The name under which a lane signs heads. */
export function checkpointKeyName(origin: string, lane: string): string {
  return `${origin}/${lane}`;
}

/** The text that the lanes sign. */
export function checkpointText({ origin, size, root }: TreeHead): string {
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== 32 || !/^\S+$/u.test(origin))
    throw new NoteFault('A head has an origin, a size and a root of 32 bytes.');
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Reads a checkpoint's text; throws a NoteFault where it is none. Extension lines are ignored, as the format asks. */
export function parseCheckpointText(text: string): TreeHead {
  const [origin, size, root] = text.split('\n');
  if (origin === undefined || origin === '') throw new NoteFault('The checkpoint names no origin.');
  if (size === undefined || !/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new NoteFault('The second line of a checkpoint is its size, without leading zeros.');
  const bytes = root === undefined ? null : Buffer.from(root, 'base64');
  if (bytes === null || bytes.length !== 32 || bytes.toString('base64') !== root)
    throw new NoteFault('The third line of a checkpoint is its root: 32 bytes in base64.');
  return { origin, size: Number(size), root: bytes };
}
