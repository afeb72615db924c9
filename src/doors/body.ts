/** The body of a request, read up to a bound and at a pace. */
import type { IncomingMessage } from 'node:http';
import { keepPace, type Pace } from './pace.ts';
import { DoorRefusal } from './refuse.ts';

const tooLarge = (limit: number) =>
  new DoorRefusal(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`);

/** Refuses by its own announcement, before a byte is read. */
export function refuseAnnouncedBody(request: IncomingMessage, limit: number): void {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > limit) throw tooLarge(limit);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new DoorRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A compressed body is not accepted.');
  }
}

export function readBody(request: IncomingMessage, limit: number, pace: Pace): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const stop = keepPace(
      pace,
      () => length,
      () =>
        reject(new DoorRefusal(408, 'BODY_TOO_SLOW', 'The body came too slowly.', { connection: 'close' })),
    );
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      // The rest is let go by for a moment, so that the caller gets to read the answer.
      chunks = [];
      reject(tooLarge(limit));
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    request.on('error', reject);
    request.on('close', () => {
      stop();
      if (!request.complete) reject(new DoorRefusal(400, 'BODY_CUT_OFF', 'The body ended before its time.'));
    });
  });
}
