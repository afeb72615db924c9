/** The thread that takes long texts out of large bodies. */
import { isUtf8 } from 'node:buffer';
import { serveTasks } from '../threads/tasks.ts';
import type { LongTextResult, LongTextTask } from './long-texts.ts';

serveTasks(({ bytes, places, words }: LongTextTask): LongTextResult => {
  if (!isUtf8(bytes)) return null;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Buffer[] = [];
  const texts: string[] = [];
  let at = 0;
  for (const [index, [start, end]] of places.entries()) {
    pieces.push(whole.subarray(at, start), Buffer.from(JSON.stringify(words[index])));
    const text = textOf(whole.toString('utf8', start, end));
    if (text === null) return null;
    texts.push(text);
    at = end;
  }
  pieces.push(whole.subarray(at));
  return { rest: Buffer.concat(pieces), texts };
});

function textOf(json: string): string | null {
  try {
    return String(JSON.parse(json));
  } catch {
    return null;
  }
}
