/** One WebSocket: frames that wait for their reader, pings, and the goodbye. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Limits } from '../bounds/limits.ts';

const GOING_AWAY = 1001;
const GOODBYE_MS = 250;

/**
 * Small frames that may gather for one write: a burst costs a socket few writes, and a thousand sockets no long
 * turn.
 */
const GATHERED_BYTES = 4096;

/**
 * How frames go to a socket: what is sent in one turn leaves in one write. A frame beyond what may gather resolves
 * when it has left for the reader: the sender waits for that before drawing the next.
 */
export function frameSender(socket: WebSocket, connection: Duplex, { socketBacklogBytes }: Limits) {
  let gathering = false;
  function gather(): void {
    if (gathering) return;
    gathering = true;
    connection.cork();
    process.nextTick(() => {
      gathering = false;
      connection.uncork();
    });
  }
  return function send(text: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (socket.bufferedAmount > socketBacklogBytes) {
      socket.terminate();
      return Promise.resolve();
    }
    gather();
    const small = socket.bufferedAmount + text.length <= GATHERED_BYTES;
    return new Promise((resolve) => {
      // A failed write closes the socket, and the close ends its operations: nothing more to do here.
      socket.send(text, () => resolve());
      if (small) resolve();
    });
  };
}

/**
 * Pings, and ends a socket that leaves one unanswered; answers pings while there is room. What a ping says can't be
 * guessed: only who has read so far can answer it.
 */
export function keepAlive(socket: WebSocket, limits: Limits): () => void {
  let unanswered: NodeJS.Timeout | null = null;
  const asked = new Set<string>();
  const interval = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    unanswered ??= setTimeout(() => socket.terminate(), limits.pongMs);
    const question = randomBytes(6).toString('base64url');
    asked.add(question);
    socket.ping(question);
  }, limits.pingMs);
  socket.on('pong', (answer) => {
    if (!asked.has(String(answer))) return;
    asked.clear();
    if (unanswered) clearTimeout(unanswered);
    unanswered = null;
  });
  socket.on('ping', (data) => {
    if (socket.bufferedAmount > limits.socketBacklogBytes) socket.terminate();
    else socket.pong(data);
  });
  return () => {
    clearInterval(interval);
    if (unanswered) clearTimeout(unanswered);
  };
}

/** Reads no more, says why, and doesn't wait long for the answer. */
export function cutOff(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  socket.pause();
  const impatience = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(impatience));
}

export function sayGoodbye(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(impatience);
      resolve();
    });
    socket.close(GOING_AWAY, 'The server is closing. Resume with the last cursor.');
  });
}
