/** The thread of the scrub: it reports to the thread that started it, and ends when that one asks for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { CLOSE, type ScrubErrand, type ScrubReport } from './scrub.ts';
import { scrubUntil } from './scrub-loop.ts';

const { url, pace } = workerData as ScrubErrand;
const closing = new AbortController();
const report = (message: ScrubReport) => parentPort?.postMessage(message);
parentPort?.on('message', (message) => {
  if (message === CLOSE) closing.abort();
});
await scrubUntil(closing.signal, url, pace, {
  onState: (integrity) => report({ kind: 'state', integrity }),
  onFinding: (finding) => report({ kind: 'finding', finding }),
  onDivergence: (divergence) => report({ kind: 'divergence', divergence }),
  onFailure: (error, away) => report({ kind: 'failure', error, away }),
});
parentPort?.close();
