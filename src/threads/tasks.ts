/** The other side of a thread: answers each task with a result or with its defect. */
import { parentPort } from 'node:worker_threads';
import type { Answered, Asked } from './thread.ts';

export function serveTasks<Task, Result>(perform: (task: Task) => Result): void {
  const port = parentPort;
  if (port === null) throw new Error('this file runs as a thread');
  port.on('message', ({ id, task }: Asked<Task>) => {
    try {
      port.postMessage({ id, result: perform(task) } satisfies Answered<Result>);
    } catch (error) {
      port.postMessage({
        id,
        defect: String(error instanceof Error ? error.stack : error),
      } satisfies Answered<Result>);
    }
  });
}
