import type { Noun } from './nouns/noun.ts';

/** What is drawn of the place of a row in the log, by the alias of the place; null where it has none. */
export function placeOfRow(
  { seat }: Noun,
  row: string,
  place: string,
  drawn: (place: string) => string,
): string {
  if (seat.of === null) return 'null';
  return `(select ${drawn(place)} from cutter_log.row_place ${place}
    where ${place}.row_id = ${row}.${seat.by} and ${place}.noun = '${seat.of}')`;
}
