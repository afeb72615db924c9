import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

/** What the ledger knows of a document code. */
export interface DocumentView {
  readonly docCode: string;
  /** As the newest registered text with a title has it. */
  readonly title: string | null;
}

const row = z.object({ doc_code: z.string(), title: z.string().nullable() });

/** The document of a code; null where no text was registered under it. */
export async function documentOf(
  evidence: CommonQueryMethods,
  docCode: string,
): Promise<DocumentView | null> {
  const found = await evidence.maybeOne(sql.prepared('document.look', row)`
    /* document.look */ select s.doc_code, (array_agg(s.title order by s.registered_at desc, s.source_id)
      filter (where s.title is not null))[1] as title
    from cutter_source.source s where s.doc_code = ${docCode} group by s.doc_code`);
  return found === null ? null : { docCode: found.doc_code, title: found.title };
}
