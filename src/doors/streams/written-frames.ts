/** Frames of results: each text is made once, and put into the frame that the protocol makes for each operation. */
import type { SocketState } from './connection.ts';

/** Takes the place of a payload that is text already: the protocol can only write objects. */
export const WRITTEN = { written: true } as const;
const REST = `,"type":"next","payload":${JSON.stringify(WRITTEN)}}`;

export function openingOf(id: string): string {
  return `{"id":${JSON.stringify(id)}`;
}

/** The frame with the text in it. An operation has one frame under way at a time, so its id says which text. */
export function frameWithText({ written }: SocketState, text: string): string {
  if (!text.endsWith(REST)) return text;
  const opening = text.slice(0, -REST.length);
  const payload = written.get(opening);
  written.delete(opening);
  return payload === undefined ? text : `${opening},"type":"next","payload":${payload}}`;
}
