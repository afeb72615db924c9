/**
 * A message that is still arriving: how large it may become and how slowly. The WebSocket library reports a message
 * when it is whole, so the bytes are counted on the connection beneath it. What is counted too little (the
 * beginning of a message that came in one piece with the end of another) is less than one read of a socket.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { keepPace, type Pace } from './bounds/pace.ts';

/** Frame headers, and the masks in them, of a message in many fragments. */
const OVERHEAD_BYTES = 64 * 1024;
/** A masked control frame without its payload. */
const CONTROL_BYTES = 6;

export interface IncomingHooks {
  /** What the sender may send in one message at this moment. */
  mostBytes(): number;
  onTooLarge(): void;
  onTooSlow(): void;
}

/** Calls a hook when a message under way has become too large or stays away too long. */
export function watchIncoming(socket: WebSocket, connection: Duplex, pace: Pace, hooks: IncomingHooks): void {
  let bytes = 0;
  let stop: (() => void) | null = null;
  function rest(): void {
    bytes = 0;
    stop?.();
    stop = null;
  }
  function uncount(payload: Buffer): void {
    bytes -= payload.length + CONTROL_BYTES;
    if (bytes <= 0) rest();
  }
  function watch(): () => void {
    return keepPace(pace, () => bytes, late);
  }
  function late(): void {
    // Where we read no further, the sender isn't the slow one.
    if (socket.isPaused) stop = watch();
    else hooks.onTooSlow();
  }
  // Before the library's own listener, which reports the messages that this piece completes.
  connection.prependListener('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > hooks.mostBytes() + OVERHEAD_BYTES) {
      rest();
      hooks.onTooLarge();
      return;
    }
    stop ??= watch();
  });
  socket.on('message', rest);
  socket.on('ping', uncount);
  socket.on('pong', uncount);
  socket.once('close', rest);
}
