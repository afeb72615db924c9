/** The other side of `TaskThreads`: a task's result, piece by piece, each when it is asked for. */
import { parentPort } from 'node:worker_threads';
import type { Delivery, Order } from './task-threads.ts';

export function servePieces<Task, Piece>(perform: (task: Task) => Iterator<Piece, void>): void {
  const port = parentPort;
  if (port === null) throw new Error('this file runs as a thread');
  let pieces: Iterator<Piece, void> | null = null;
  port.on('message', (order: Order<Task>) => {
    port.postMessage(deliveryOf(order));
  });
  function deliveryOf(order: Order<Task>): Delivery<Piece> {
    try {
      if ('task' in order) pieces = perform(order.task);
      const next = pieces?.next();
      if (next?.done === false) return { piece: next.value };
      pieces = null;
      return { done: true };
    } catch (error) {
      pieces = null;
      return { defect: String(error instanceof Error ? error.stack : error) };
    }
  }
}
