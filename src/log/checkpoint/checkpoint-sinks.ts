import {
  close,
  existsSync,
  fstat,
  fsync,
  ftruncate,
  mkdirSync,
  openSync,
  writeFile,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncFolder } from '../../home/private-file.ts';
import type { TreeHead } from '../../proof/checkpoint.ts';
import { keptHeads } from '../setback/kept-heads.ts';

/** A place for published notes outside the database, so that nobody can rewrite both at once. */
export interface CheckpointSink {
  readonly name: string;
  /** Whether a note that can't be taken is kept for later. If not, it is dropped: the next one covers it. */
  readonly keeps: boolean;
  /** The newest head that the sink holds already; null where it holds none, or can't be asked. */
  readonly holds: TreeHead | null;
  /** The newest head of each incarnation that it holds, in their order. */
  readonly heads: readonly TreeHead[];
  take(note: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/** Appends each note to a file and makes it durable before it says that it has it. */
export function fileSink(path: string): CheckpointSink {
  mkdirSync(dirname(path), { recursive: true });
  const isNew = !existsSync(path);
  const { heads, isTorn } = keptHeads(path);
  const file = openSync(path, 'a', 0o644);
  if (isNew) syncFolder(dirname(path));
  if (isTorn) writeSync(file, '\n\n');
  return {
    name: path,
    keeps: true,
    holds: heads.at(-1) ?? null,
    heads,
    async take(note) {
      const { size } = await promisify(fstat)(file);
      try {
        await promisify(writeFile)(file, `${note}\n`);
        await promisify(fsync)(file);
      } catch (error) {
        // A full disk may have taken a part, and the next note would begin within it.
        await promisify(ftruncate)(file, size);
        throw error;
      }
    },
    close: () => promisify(close)(file),
  };
}

/** Posts each note as text. */
export function urlSink(url: string): CheckpointSink {
  return {
    name: new URL(url).origin,
    keeps: false,
    holds: null,
    heads: [],
    async take(note, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: note,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`The address answered with status ${response.status}.`);
    },
    close: async () => {},
  };
}
