import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toManyThrough, toOne } from './relation.ts';

const SUBJECTS = 'cutter_source.v_entry_subject';

/** Documents as received. Their bytes are read where they are asked for. */
export const SourceNoun = describeNoun({
  name: 'Source',
  login: 'reader',
  view: 'cutter_source.source',
  columns: {
    sourceId: 'uuid',
    docCode: 'text',
    title: 'text',
    mediaType: 'text',
    digest: ['sha256', 'digest'],
    byteLength: 'int',
    registeredBy: 'text',
    registeredAt: 'time',
    base64: ['content', 'base64'],
    text: ['content', 'utf8'],
  },
  key: ['source_id'],
  born: ['registered_at', 'source_id'],
  indexed: ['source_id', 'doc_code', 'sha256', 'registered_at', 'registered_by'],
  sorts: { DOC_CODE: ['doc_code', 'source_id'] },
  lasting: { but: [] },
  relations: {
    document: toOne('Document', ['doc_code', 'doc_code']),
    entries: toManyThrough(
      'Entry',
      [],
      (e, s) => `${e}.entry_id in (select t.entry_id from ${SUBJECTS} t where t.source_id = ${s}.source_id)`,
    ),
    registeredByPrincipal: toPrincipal('registered_by'),
  },
});

/** The entries of a document. */
export function entriesOf(docCode: string): string {
  return `(select t.entry_id from ${SUBJECTS} t where t.doc_code = ${docCode})`;
}

/** A column of what an entry is about. */
export function subjectOf(entryId: string, column: string): string {
  return `(select t.${column} from ${SUBJECTS} t where t.entry_id = ${entryId})`;
}
