import { UUID_PATTERN } from '../../proof/uuid.ts';
import { type Moment, wasWritten } from './moment.ts';
import { CHANGE_SETS } from './views.ts';

/** Queries over the cuts of documents, at a moment. */

export const CUTS = 'cutter_source.v_document_cut';
export const BLOCKS = 'cutter_governance.v_manifest_unit_block_observe';

/** A text as a UUID, or null where it is none: JSON may have been altered, and a cast would end the query. */
export function uuidIn(text: string): string {
  return `case when ${text} ~ '^${UUID_PATTERN}$' then (${text})::uuid end`;
}

/** That the change set with this id is compensated. */
export function isCompensated(id: string, moment: Moment): string {
  const then = wasWritten('ChangeSet', 'x.change_set_id', moment);
  return `exists (select from ${CHANGE_SETS} x where x.compensates_change_set_id = ${id} and ${then})`;
}

/** A column of the newest cut of a document that isn't compensated, or null. */
export function ofNewestCut(column: string, docCode: string, moment: Moment): string {
  return `(select k.${column} from ${CUTS} k where k.doc_code = ${docCode}
    and ${wasWritten('ChangeSet', 'k.change_set_id', moment)} and not ${isCompensated('k.change_set_id', moment)}
    order by k.cut_seq desc nulls last, k.change_set_id desc limit 1)`;
}
