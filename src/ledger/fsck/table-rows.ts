import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { copyRows, type Field } from './copy.ts';
import { birthPieces, canonicalOfJsonb, type Kind, keySql, NEWEST_VERSION } from './kinds.ts';
import type { Sketch } from './sketch.ts';
import { BIRTH, element, FINAL, UPDATE } from './words.ts';

const ALTERED = Buffer.alloc(32);

/** What a table's rows take out of the sketch beside their birth: the value that a later move left, as SQL. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  decision_backlog_entry: ['r.status'],
  review_decision: ['r.superseded_by_review_decision_id::text'],
  'cutter_auth.key': ['r.until_position::text'],
  'public.information_unit': [
    `coalesce(r.content_anchor_ref = ${NEWEST_VERSION} and r.version_anchor_ref::text = r.content_anchor_ref, false)::text`,
  ],
  'public.unit_version': ['r.unit_id::text', 'r.version_seq::text'],
};

/** Streams a table and takes each row out of the sketch: as it was born, and as it stands. Gives back how many there are. */
export async function takeRows(client: Client, kind: Kind, sketch: Sketch): Promise<number> {
  const later = LATER[kind.recorded] ?? [];
  const columns = [keySql(kind), ...later, ...birthPieces(kind)];
  let count = 0;
  await copyRows(client, `select ${columns.join(', ')} from ${kind.table} r`, (fields) => {
    count += 1;
    const id = fields[0] as string;
    sketch.put(element(kind.index, BIRTH, id, birthDigest(fields, 1 + later.length)), -1);
    takeLater(kind, id, fields, sketch);
  });
  return count;
}

/** SHA-256 of the text that the pieces make; every second piece is a jsonb value. */
function birthDigest(fields: readonly Field[], from: number): Buffer {
  let text = fields[from] ?? '';
  for (let at = from + 1; at + 1 < fields.length; at += 2) {
    const value = canonicalOfJsonb(fields[at] ?? '?');
    if (value === null) return ALTERED;
    text += value + (fields[at + 1] ?? '');
  }
  return hash('sha256', text, 'buffer');
}

function takeLater(kind: Kind, id: string, fields: readonly Field[], sketch: Sketch): void {
  switch (kind.recorded) {
    case 'decision_backlog_entry':
      sketch.put(element(kind.index, FINAL, id, statusDigest(fields[1] ?? '')), -1);
      break;
    case 'review_decision':
      if (fields[1] !== null)
        sketch.put(element(kind.index, UPDATE, id, supersededDigest(id, fields[1] as string)), -1);
      break;
    case 'cutter_auth.key':
      if (fields[1] !== null)
        sketch.put(element(kind.index, UPDATE, id, endedDigest(id, fields[1] as string)), -1);
      break;
    case 'public.information_unit':
      if (fields[1] !== 'true') sketch.put(element(kind.index, FINAL, id, ALTERED), -1);
      break;
    case 'public.unit_version':
      // A first version comes with its unit; each later one moves the unit's anchors.
      if (fields[2] !== '1')
        sketch.put(
          element(UNIT_INDEX, UPDATE, fields[1] as string, anchorsDigest(fields[1] as string, id)),
          -1,
        );
      break;
  }
}

/** The place of public.information_unit among the kinds. */
const UNIT_INDEX = 12;

export function statusDigest(status: string): Buffer {
  return hash('sha256', status, 'buffer');
}

function supersededDigest(id: string, by: string): Buffer {
  const text = `{"columns":{"superseded_by_review_decision_id":"${by}"},"id":"${id}","op":"update","table":"review_decision"}`;
  return hash('sha256', text, 'buffer');
}

function endedDigest(id: string, position: string): Buffer {
  const text = `{"columns":{"until_position":"${position}"},"id":${JSON.stringify(id)},"op":"update","table":"cutter_auth.key"}`;
  return hash('sha256', text, 'buffer');
}

function anchorsDigest(unitId: string, versionId: string): Buffer {
  const text = `{"columns":{"content_anchor_ref":"${versionId}","version_anchor_ref":"${versionId}"},"id":"${unitId}","op":"update","table":"public.information_unit"}`;
  return hash('sha256', text, 'buffer');
}
