import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { GRANULARITIES } from '../../document/profile/schema.ts';
import type { CutSpec, VocabularyTerm } from '../../document/types.ts';
import { UUID_PATTERN } from '../../proof/uuid.ts';
import { timeText } from '../../text/time-sql.ts';

/** The transaction's time as the ledger writes times: UTC text with microseconds. */
export const AT: FragmentSqlToken = timeText(sql.fragment`transaction_timestamp()`);

/** What a write statement answers: how many rows its compare-and-sets moved. */
export const movedRow = z.strictObject({ moved: z.int() });

/** A source without its bytes. */
export const sourceMeta = z.object({
  source_id: z.string(),
  doc_code: z.string(),
  sha256: z.string(),
  title: z.string().nullable(),
  media_type: z.string(),
  byte_length: z.int(),
});
export type SourceMeta = z.infer<typeof sourceMeta>;

/** Columns of `sourceMeta` as a JSON object, for a source aliased `s`; null where an outer join found none. */
export const SOURCE_META: FragmentSqlToken = sql.fragment`case when s.source_id is not null then
  json_build_object('source_id', s.source_id, 'doc_code', s.doc_code, 'sha256', s.sha256, 'title', s.title,
    'media_type', s.media_type, 'byte_length', s.byte_length) end`;

/** What an entry has to be cut: its source, and how. */
export interface EntryWork {
  readonly source: SourceMeta;
  readonly spec: CutSpec;
}

/** The work of an entry that was marked for a cut. MARK gave it both parts, and no statement takes one away. */
export function workOf(
  entryId: string,
  {
    source,
    payload,
  }: {
    readonly source: SourceMeta | null;
    readonly payload: { readonly proposed_cut_spec: CutSpec | null } | null;
  },
): EntryWork {
  if (source === null || payload === null)
    throw new Error(`The database lost the source of entry ${entryId}.`);
  if (payload.proposed_cut_spec === null)
    throw new Error(`The database lost the cut specification of entry ${entryId}.`);
  return { source, spec: payload.proposed_cut_spec };
}

/** The vocabulary as it was read: one text, the same for every read until a term is added. */
export const vocabularyText = z.string();

let lastVocabulary: { readonly text: string; readonly terms: readonly VocabularyTerm[] } = {
  text: '[]',
  terms: [],
};

/** The terms of a vocabulary as it was read; parsed once for as long as it stays the same. */
export function termsOf(text: string): readonly VocabularyTerm[] {
  if (lastVocabulary.text !== text) lastVocabulary = { text, terms: JSON.parse(text) as VocabularyTerm[] };
  return lastVocabulary.terms;
}

/**
 * The vocabulary, as one JSON array in a fixed order: the words of the program, and those that were registered. A word
 * that was first added by hand and then registered comes once.
 */
export const VOCABULARY: FragmentSqlToken = sql.fragment`(
  select coalesce(json_agg(
    json_build_object('termKind', term_kind, 'term', term, 'description', description, 'atMost', at_most)
    order by term_kind, term), '[]')::text
  from (select term_kind, term, description, at_most from cutter_source.vocabulary
    union select term_kind, term, description, at_most from cutter_source.registered_term) v)`;

/**
 * An array that this ledger's own statement made as JSON: its elements have the statement's shape and aren't checked
 * again.
 */
export function jsonRows<T>() {
  return z.custom<readonly T[]>(Array.isArray);
}

/** Names the source of an entry in its payload: `source:<uuid>`. */
export function iuRef(sourceId: string): string {
  return `source:${sourceId}`;
}

/**
 * A text as a uuid, or null where it is none: a value in JSON may have been altered, and a failed cast would end the
 * judgement.
 */
export function uuidOrNull(text: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`case when ${text} ~ ${sql.literalValue(`^${UUID_PATTERN}$`)} then (${text})::uuid end`;
}

/** The source id in an entry's payload, as SQL over an entry aliased `e`. */
export const ENTRY_SOURCE_ID: FragmentSqlToken = uuidOrNull(sql.fragment`substr(e.payload->>'iu_ref', 8)`);

const unitSpan = z.object({
  localId: z.string(),
  start: z.number(),
  end: z.number(),
  kind: z.string(),
  sectionType: z.string(),
  address: z.string(),
  parentLocalId: z.string().nullish(),
  title: z.string().nullish(),
  excludedBecause: z.string().nullish(),
  quote: z.string().nullish(),
  sha256: z.string().nullish(),
});

/** A cut specification as MARK stored it. Planning judges what it says. */
const storedSpec: z.ZodType<CutSpec> = z.union([
  z.object({ units: z.array(unitSpan) }),
  z.object({ profile: z.string(), granularity: z.enum(GRANULARITIES).optional() }),
]);

export const payloadShape = z.object({
  idempotency_key: z.string(),
  signal_source: z.string(),
  /** Null in an escalation whose source was gone. */
  iu_ref: z.string().nullable(),
  /** Null in an escalation whose cut had none, and where what is stored can't be read as one. */
  proposed_cut_spec: storedSpec.nullable().catch(null),
});
