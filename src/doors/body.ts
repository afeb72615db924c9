/** The body of a request, read up to a bound and at a pace. */
import type { IncomingMessage } from 'node:http';
import { keepPace, type Pace } from './bounds/pace.ts';
import { DoorRefusal } from './refuse.ts';

/** What this caller may send. */
export interface BodyBound {
  readonly bytes: number;
  /** Said where the body is larger. */
  readonly message: string;
}

const tooLarge = ({ message }: BodyBound) => new DoorRefusal(413, 'BODY_TOO_LARGE', message);

/** Refuses a body by its headers, before a byte is read. */
export function refuseAnnouncedBody(request: IncomingMessage, bound: BodyBound): void {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > bound.bytes) throw tooLarge(bound);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new DoorRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A compressed body is not accepted.');
  }
}

/** Reads a body; each piece is shown to `scan` as it comes, and what that throws ends the reading. */
export function readBody(
  request: IncomingMessage,
  bound: BodyBound,
  pace: Pace,
  scan: (piece: Buffer) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const stop = keepPace(
      pace,
      () => length,
      () =>
        reject(new DoorRefusal(408, 'BODY_TOO_SLOW', 'The body came too slowly.', { connection: 'close' })),
    );
    let isRefused = false;
    const refuse = (refusal: unknown) => {
      // The rest is read and dropped for a moment, so that the caller can read the answer.
      isRefused = true;
      chunks = [];
      reject(refusal);
    };
    request.on('data', (chunk: Buffer) => {
      if (isRefused) return;
      length += chunk.length;
      if (length > bound.bytes) return refuse(tooLarge(bound));
      try {
        scan(chunk);
      } catch (fault) {
        return refuse(fault);
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    request.on('error', reject);
    request.on('close', () => {
      stop();
      if (!request.complete)
        reject(new DoorRefusal(400, 'BODY_CUT_OFF', 'The connection ended before the body was complete.'));
    });
  });
}
