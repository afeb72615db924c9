import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { TermKind } from '../../document/types.ts';
import { TERM_KINDS } from '../../document/vocabulary.ts';
import type { TermView } from '../../schema/registry/vocabulary-term.ts';
import { timeText } from '../../text/time-sql.ts';

const line = z.object({
  term_id: z.string().nullable(),
  term_kind: z.enum(TERM_KINDS),
  term: z.string(),
  description: z.string(),
  at_most: z.int().nullable(),
  registered_by: z.string().nullable(),
  registered_at: z.string().nullable(),
  position: z.string().nullable(),
});

type Reader = Pick<CommonQueryMethods, 'any'>;

/** The vocabulary, or its words of one kind, by kind and word. One statement. */
export async function readVocabulary(reader: Reader, termKind: TermKind | null): Promise<TermView[]> {
  const lines = await linesWhere(
    reader,
    sql.fragment`${termKind}::text is null or v.term_kind = ${termKind}`,
  );
  return lines.map(termView);
}

/** The registered words of these ids, in the same order. */
export async function readTerms(reader: Reader, ids: readonly string[]): Promise<TermView[]> {
  if (ids.length === 0) return [];
  const lines = await linesWhere(reader, sql.fragment`v.term_id = any(${sql.array([...ids], 'uuid')})`);
  const found = new Map(lines.map((each) => [each.term_id, each]));
  return ids.flatMap((id) => found.get(id) ?? []).map(termView);
}

function linesWhere(reader: Reader, condition: FragmentSqlToken): Promise<readonly z.infer<typeof line>[]> {
  return reader.any(sql.type(line)`/* read.vocabulary */
    select v.term_id::text, v.term_kind, v.term, v.description, v.at_most, v.registered_by,
      ${timeText(sql.fragment`v.registered_at`)} as registered_at, place.position::text
    from (
      select term_id, term_kind, term, description, at_most, registered_by, registered_at
      from cutter_source.registered_term
      union all
      select null, w.term_kind, w.term, w.description, w.at_most, null, null from cutter_source.vocabulary w
      where not exists (
        select from cutter_source.registered_term r where r.term_kind = w.term_kind and r.term = w.term)) v
    left join cutter_log.row_place place on place.row_id = v.term_id and place.noun = 'VocabularyTerm'
    where ${condition}
    order by v.term_kind desc, v.term`);
}

function termView(one: z.infer<typeof line>): TermView {
  return {
    termKind: one.term_kind,
    term: one.term,
    description: one.description,
    atMost: one.at_most,
    registeredBy: one.registered_by,
    registeredAt: one.registered_at,
    position: () => one.position,
  };
}
