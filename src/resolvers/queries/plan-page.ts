/** Pages of a plan's records. A cursor is the place of a record in the plan. */

import { badInput } from '../../reading/bad-input.ts';
import { LARGEST_PAGE } from '../../schema/node.ts';

export function cursorOf(place: number): string {
  return Buffer.from(`plan:${place}`).toString('base64url');
}

/** The first place after a cursor. */
export function placeAfter(cursor: string): number {
  const place = /^plan:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  if (place === undefined) throw badInput('after', 'is no cursor of this connection');
  return Number(place) + 1;
}

export function refuseSize(first: number): void {
  if (first < 1 || first > LARGEST_PAGE) throw badInput('first', `must be 1 to ${LARGEST_PAGE}`);
}
