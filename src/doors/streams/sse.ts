/**
 * Server-sent events, one subscription a response (the "distinct connections" of the GraphQL over SSE protocol).
 * The next event is drawn only when the last one has left for the reader, so a paused reader holds one event and no
 * more.
 */
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Limits } from '../bounds/limits.ts';
import { keepPace, type Pace } from '../bounds/pace.ts';
import { streamedText } from '../errors.ts';
import type { Endable } from './endable.ts';

export async function serveEvents(
  response: ServerResponse,
  stream: Endable<ExecutionResult>,
  { pingMs, pongMs, bytesPerSecond }: Limits,
): Promise<void> {
  // A reader who left while the subscription began sends no second close event.
  if (response.destroyed) {
    stream.end();
    return;
  }
  // As long as a WebSocket may leave a ping unanswered.
  const pace = { slowMs: pingMs + pongMs, bytesPerSecond };
  response.setTimeout(0);
  response.once('close', () => stream.end());
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // Proxies that gather answers would hold events back.
    'x-accel-buffering': 'no',
  });
  response.socket?.setNoDelay(true);
  // A first byte lets browsers hand over the response before anything has happened.
  response.write(':\n\n');
  const ping = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, pingMs);
  try {
    for await (const result of stream) {
      if (!(await sendEvent(response, `event: next\ndata: ${streamedText(result)}\n\n`, pace))) return;
    }
    // A closing server ends the response without this word: the reader comes back with its last cursor.
    response.end(stream.completed ? 'event: complete\ndata:\n\n' : '');
  } catch {
    // The engine masks its errors; a stream that throws all the same is cut off, and the reader resumes by cursor.
    response.destroy();
  } finally {
    clearInterval(ping);
    stream.end();
  }
}

/** Waits until the reader has room again; false where it has gone, or took nothing for too long. */
function sendEvent(response: ServerResponse, text: string, pace: Pace): Promise<boolean> | boolean {
  if (response.destroyed || response.writableEnded) return false;
  if (response.write(text)) return true;
  return new Promise((resolve) => {
    // A large event may take its time; how much of it has left can't be seen from here.
    const stop = keepPace(
      pace,
      () => text.length,
      () => response.destroy(),
    );
    const settle = () => {
      stop();
      response.off('drain', settle);
      response.off('close', settle);
      resolve(!response.destroyed);
    };
    response.once('drain', settle);
    response.once('close', settle);
  });
}
