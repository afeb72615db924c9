/** The second thread of a full check: reads slices of tables as long as any are left. */
import { parentPort, workerData } from 'node:worker_threads';
import { joinSnapshot } from '../snapshot.ts';
import type { Brought, Errand } from './helper-thread.ts';
import { Sketch } from './sketch.ts';
import { Turns, takeSlices } from './slices.ts';

const { url, snapshot, slices, turns, sketch: state } = workerData as Errand;
const client = await joinSnapshot(url, snapshot);
const sketch = new Sketch(state);
const counts = await takeSlices(client, slices, new Turns(turns), sketch);
await client.end();
parentPort?.postMessage({ counts, sketch: sketch.state() } satisfies Brought);
