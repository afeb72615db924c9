import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Sketch, SketchState } from './sketch.ts';
import type { Turns } from './slices.ts';
import type { Slice } from './table-rows.ts';

/** What a second thread gets: where to read, whose turn it is, and a sketch with the seeds of the first. */
export interface Errand {
  readonly url: string;
  readonly snapshot: string;
  readonly slices: readonly Slice[];
  readonly turns: Turns['shared'];
  readonly sketch: SketchState;
}

/** What it returns. */
export interface Brought {
  readonly counts: number[];
  readonly sketch: SketchState;
}

/** Takes slices on a thread and a connection of its own, in the same snapshot, and adds the result to the sketch. */
export async function takeBeside(
  { url, snapshot }: Pick<Errand, 'url' | 'snapshot'>,
  slices: readonly Slice[],
  turns: Turns,
  sketch: Sketch,
): Promise<number[]> {
  const errand: Errand = { url, snapshot, slices, turns: turns.shared, sketch: sketch.emptyState() };
  // TypeScript when run from the sources, JavaScript when built.
  const file = new URL(`./helper-errand${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: errand });
  try {
    const [brought] = (await once(worker, 'message')) as [Brought];
    sketch.add(brought.sketch);
    return brought.counts;
  } finally {
    await worker.terminate();
  }
}
