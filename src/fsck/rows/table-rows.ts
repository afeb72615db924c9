import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import type { Kind } from '../kinds.ts';
import { type BinaryRow, copyBinary } from './copy.ts';
import { BIRTH, Element, FINAL, UPDATE } from './element.ts';
import { BirthText } from './row-text.ts';
import type { Sketch } from './sketch.ts';

/** Some pages of a table: what one thread reads at a time. */
export interface Slice {
  readonly kind: Kind;
  /** Which rows, as SQL over a row aliased `r`; empty for all. */
  readonly pages: string;
}

const ALTERED = '\0'.repeat(32);

/** What rows take out of the sketch beside their birth: the value that a later move left, as SQL. */
const LATER: Readonly<Record<string, string>> = {
  decision_backlog_entry: 'r.status',
  review_decision: 'r.superseded_by_review_decision_id::text',
  'cutter_auth.key': 'r.until_position::text',
  'cutter_auth.cut_approval': `nullif(
    case when r.used_by_change_set_id is not null
      then jsonb_build_object('used_by_change_set_id', r.used_by_change_set_id) else '{}' end
    || case when num_nonnulls(r.revocation_id, r.revoked_by, r.revoked_at, r.revocation_reason) > 0
      then jsonb_build_object('revocation_id', r.revocation_id, 'revoked_by', r.revoked_by,
        'revoked_at', ${timeTextSql('r.revoked_at')}, 'revocation_reason', r.revocation_reason) else '{}' end,
    '{}')::text`,
  'public.information_unit': `case when m.unit_id is not null
    then coalesce(r.content_anchor_ref = m.newest::text and r.version_anchor_ref = m.newest, false)::text end`,
  'public.unit_version': `case when r.version_seq <> 1 then r.unit_id::text end`,
};

/** Units that moved to a later version: their first one and their newest. */
const MOVED = `left join (select v.unit_id,
    (array_agg(v.id order by v.id) filter (where v.version_seq = 1))[1] as first,
    (array_agg(v.id order by v.version_seq desc))[1] as newest
  from public.unit_version v
  where v.unit_id in (select later.unit_id from public.unit_version later where later.version_seq <> 1)
  group by v.unit_id) m on m.unit_id = r.id`;

/** Takes each row of a slice out of the sketch: as it was born, and as it is now. Returns how many there are. */
export async function takeRows(client: Client, { kind, pages }: Slice, sketch: Sketch): Promise<number> {
  const birth = new BirthText(kind);
  const later = LATER[kind.recorded];
  const columns = later === undefined ? birth.select : `${birth.select}, ${later}`;
  const from = `${kind.table} r ${kind.recorded === 'public.information_unit' ? MOVED : ''} ${pages}`;
  const element = new Element();
  let count = 0;
  await copyBinary(client, `select ${columns} from ${from}`, (row) => {
    count += 1;
    const digest = birth.digest(row);
    element.kind(kind.index, BIRTH);
    element.id(birth.text.bytes, birth.idFrom, birth.idUntil);
    element.digest(digest ?? ALTERED);
    sketch.put(element.words, -1);
    if (later !== undefined) takeLater(kind, row, birth, element, sketch);
  });
  return count;
}

/** `element` has the id of the row. */
function takeLater(kind: Kind, row: BinaryRow, birth: BirthText, element: Element, sketch: Sketch): void {
  const value = row.text();
  if (value === null) return;
  const id = birth.text.bytes.toString('utf8', birth.idFrom, birth.idUntil);
  switch (kind.recorded) {
    case 'decision_backlog_entry':
      element.kind(kind.index, FINAL);
      element.digest(statusDigest(value));
      break;
    case 'review_decision':
      element.kind(kind.index, UPDATE);
      element.digest(supersededDigest(id, value));
      break;
    case 'cutter_auth.key':
      element.kind(kind.index, UPDATE);
      element.digest(endedDigest(id, value));
      break;
    case 'cutter_auth.cut_approval':
      element.kind(kind.index, UPDATE);
      element.digest(endedApprovalDigest(kind.recorded, id, value));
      break;
    case 'public.information_unit':
      if (value === 'true') return;
      element.kind(kind.index, FINAL);
      element.digest(ALTERED);
      break;
    case 'public.unit_version':
      // A first version comes with its unit; each later one moves the unit's anchors.
      element.kind(UNIT_INDEX, UPDATE);
      element.idText(value);
      element.digest(anchorsDigest(value, id));
      break;
  }
  sketch.put(element.words, -1);
}

/** The place of public.information_unit among the kinds. */
const UNIT_INDEX = 12;

export function statusDigest(status: string): string {
  return hash('sha256', status, 'binary');
}

function supersededDigest(id: string, by: string): string {
  const text =
    `{"columns":{"superseded_by_review_decision_id":"${by}"},"id":"${id}",` +
    '"op":"update","table":"review_decision"}';
  return hash('sha256', text, 'binary');
}

function endedDigest(id: string, position: string): string {
  const text = `{"columns":{"until_position":"${position}"},"id":"${id}","op":"update","table":"cutter_auth.key"}`;
  return hash('sha256', text, 'binary');
}

/** `columns`: those of its use, or of its revocation, as JSON. */
function endedApprovalDigest(table: string, id: string, columns: string): string {
  const ended = JSON.parse(columns) as PlainJson;
  return hash('sha256', canonicalJson({ columns: ended, id, op: 'update', table }), 'binary');
}

function anchorsDigest(unitId: string, versionId: string): string {
  const text =
    `{"columns":{"content_anchor_ref":"${versionId}","version_anchor_ref":"${versionId}"},"id":"${unitId}",` +
    '"op":"update","table":"public.information_unit"}';
  return hash('sha256', text, 'binary');
}
