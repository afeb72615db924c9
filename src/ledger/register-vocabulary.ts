import { sql } from 'slonik';
import { z } from 'zod';
import { readingOf } from '../document/registry-words.ts';
import type { TermKind, VocabularyTerm } from '../document/types.ts';
import { isShippedTerm, TERM_KINDS } from '../document/vocabulary.ts';
import { AlreadyRegistered, InvalidInput, type Problem, problemAt } from '../law/refusals.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { timeText } from '../text/time-sql.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { phaseIds } from './envelope/ids.ts';
import { AT, jsonRows } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { type NewTerm, REGISTERED_TERM } from './tables/registry.ts';

/** Words that a ledger may have beside those that come with it: every plan reads all of them. */
const MAX_TERMS = 1000;

export interface RegisterVocabularyInput {
  readonly idempotencyKey: string;
  readonly terms: readonly VocabularyTerm[];
}

/** A word with who registered it; null where it came with the program or was added by hand. */
export interface KnownTerm extends VocabularyTerm {
  readonly isShipped: boolean;
  readonly registeredBy: string | null;
  readonly registeredAt: string | null;
}

interface StoredTerm extends VocabularyTerm {
  readonly key: string | null;
  readonly by: string | null;
  readonly at: string | null;
}

const lockRow = z.object({ at: z.string() });
const lookRow = z.object({ terms: jsonRows<StoredTerm>() });

/**
 * REGISTER VOCABULARY — add words that units may use for what they are and for their part in a document.
 *
 *     no state moves        lane DOT-991, role cutter_exec
 *
 * Locks    one lock for all registrations of words
 * Reads    the vocabulary
 * Writes   1 registered_term for each word that isn't there yet
 * Refuses  IdempotencyConflict  the key registered other words, or another principal used it for others
 *          AlreadyRegistered    a word is there with another description or bound
 *          InvalidInput         a word comes twice or reads like another one; too many words
 * Replay   every word is there with the same meaning: nothing is written, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function registerVocabulary(
  tx: ExecTx<'registerVocabulary'>,
  input: RegisterVocabularyInput,
): Promise<Done<{ terms: readonly KnownTerm[] }>> {
  const { at } = await tx.connection.one(sql.prepared('registerVocabulary.lock', lockRow)`
    /* registerVocabulary.lock */ with one as materialized (
        select pg_advisory_xact_lock(hashtextextended('cutter:vocabulary', 0)) as taken)
    select ${AT} as at from one`);
  const { terms: stored } = await tx.connection.one(sql.prepared('registerVocabulary.look', lookRow)`
    /* registerVocabulary.look */ select coalesce(json_agg(t), '[]') as terms from (
      select term_kind as "termKind", term, description, at_most as "atMost",
        null as key, null as "by", null as at
      from cutter_source.vocabulary
      union all
      select term_kind, term, description, at_most, idempotency_key, registered_by,
        ${timeText(sql.fragment`registered_at`)}
      from cutter_source.registered_term) t`);
  // A word that was added by hand has no record, so it can be registered with the same meaning.
  const known = new Map(stored.map((term) => [nameOf(term), term]));
  const isDone = input.terms.every((term) => isRecorded(known.get(nameOf(term)), term));
  refuseOtherWords(tx, input, stored, isDone);
  if (isDone) return { value: { terms: shownTerms(input, known) }, ...replayOf(input, known) };
  refuseOtherMeaning(input, known);
  refuseUnfit(input, stored);

  const missing = input.terms.filter((term) => !isRecorded(known.get(nameOf(term)), term));
  const rows = missing.map((term) => rowOf(tx, term)).sort(byWord);
  const { writes, sent } = composeWrites(at, { terms: insertRows(REGISTERED_TERM, rows) });
  await tx.connection.query(sql.prepared('registerVocabulary.write', z.object({}))`
    /* registerVocabulary.write */ ${sent.terms}`);
  for (const term of missing)
    known.set(nameOf(term), { ...term, key: input.idempotencyKey, by: tx.caller.principalId, at });
  return { value: { terms: shownTerms(input, known) }, writes };
}

const nameOf = ({ termKind, term }: Pick<VocabularyTerm, 'termKind' | 'term'>): string =>
  `${termKind}/${term}`;

const hasMeaning = (one: VocabularyTerm, other: VocabularyTerm): boolean =>
  one.description === other.description && one.atMost === other.atMost;

/** Whether the word is there with this meaning, and the program or the log vouches for it. */
function isRecorded(stored: StoredTerm | undefined, term: VocabularyTerm): boolean {
  return (
    stored !== undefined && hasMeaning(stored, term) && (stored.key !== null || isShippedTerm(nameOf(stored)))
  );
}

/** The record of the first word that has one. */
function replayOf({ terms }: RegisterVocabularyInput, known: ReadonlyMap<string, StoredTerm>) {
  const keys = terms.flatMap((term) => known.get(nameOf(term))?.key ?? []);
  const [first] = keys;
  const recordId = first === undefined ? null : phaseIds('registerVocabulary', first).record;
  return { writes: null, recordId };
}

function refuseOtherWords(
  tx: ExecTx,
  input: RegisterVocabularyInput,
  stored: readonly StoredTerm[],
  isDone: boolean,
): void {
  const mine = stored.filter(({ key }) => key === input.idempotencyKey);
  const [first] = mine;
  if (first === undefined) return;
  const named = new Set(input.terms.map(nameOf));
  if (isDone && mine.every((term) => named.has(nameOf(term)))) return;
  refuseOther(tx.caller, first.by ?? tx.caller.principalId);
  const listed = (terms: readonly VocabularyTerm[]): PlainJson =>
    terms.map(({ termKind, term, description, atMost }) => ({ termKind, term, description, atMost }));
  refuseConflict('registered other words', [['terms', listed(mine), listed(input.terms)]]);
}

function refuseOtherMeaning(
  { terms }: RegisterVocabularyInput,
  known: ReadonlyMap<string, StoredTerm>,
): void {
  const problems = terms.flatMap((term, index): Problem[] => {
    const there = known.get(nameOf(term));
    if (there === undefined || hasMeaning(there, term)) return [];
    const field = there.atMost === term.atMost ? 'description' : 'atMost';
    const bound = there.atMost === null ? 'no bound' : `at most ${there.atMost} in a document`;
    const message =
      `The ${nounOf(term.termKind)} "${term.term}" is there already, with ${bound} and the description ` +
      `"${there.description}". A word keeps its meaning: leave it out, or choose another word.`;
    return [problemAt(['input', 'terms', String(index), field], 'term-differs', message)];
  });
  const [first] = problems;
  if (first !== undefined) throw new AlreadyRegistered(first.message, problems);
}

const nounOf = (kind: TermKind): string => (kind === 'unit_kind' ? 'unit kind' : 'section type');

/** Refuses words that come twice or read like others, and more of them than every plan should read. */
function refuseUnfit({ terms }: RegisterVocabularyInput, stored: readonly StoredTerm[]): void {
  const readings = new Map(stored.map((term) => [`${term.termKind}/${readingOf(term.term)}`, term.term]));
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, term] of terms.entries()) {
    const path = ['input', 'terms', String(index), 'term'];
    const reading = `${term.termKind}/${readingOf(term.term)}`;
    const like = readings.get(reading);
    if (seen.has(nameOf(term))) {
      const message = `The ${nounOf(term.termKind)} "${term.term}" comes twice. Name it once.`;
      problems.push(problemAt(path, 'doubled', message));
    } else if (like !== undefined && like !== term.term) {
      const message =
        `The ${nounOf(term.termKind)} "${term.term}" reads like "${like}". ` +
        'Use that word, or choose one that differs more.';
      problems.push(problemAt(path, 'look-alike', message));
    }
    seen.add(nameOf(term));
    readings.set(reading, like ?? term.term);
  }
  const registered = stored.filter(({ key }) => key !== null).length;
  const there = new Set(stored.map(nameOf));
  const count = registered + [...seen].filter((name) => !there.has(name)).length;
  if (count > MAX_TERMS) {
    const message =
      `The ledger would have ${count} registered words, and may have ${MAX_TERMS}. ` +
      'Use words that are there; the query "vocabulary" lists them.';
    problems.push(problemAt(['input', 'terms'], 'too-many-terms', message));
  }
  const [first] = problems;
  if (first !== undefined) throw new InvalidInput(first.message, problems);
}

function rowOf(tx: ExecTx<'registerVocabulary'>, term: VocabularyTerm): NewTerm {
  return {
    term_id: tx.ids.each(`term:${nameOf(term)}`),
    term_kind: term.termKind,
    term: term.term,
    description: term.description,
    at_most: term.atMost,
    idempotency_key: tx.idempotencyKey,
    registered_by: tx.caller.principalId,
    mode: tx.caller.mode,
  };
}

/** One order for every call: by kind, then by word. */
function byWord(one: NewTerm, other: NewTerm): number {
  const kinds = TERM_KINDS.indexOf(one.term_kind) - TERM_KINDS.indexOf(other.term_kind);
  return kinds !== 0 ? kinds : one.term < other.term ? -1 : 1;
}

function shownTerms(
  { terms }: RegisterVocabularyInput,
  known: ReadonlyMap<string, StoredTerm>,
): readonly KnownTerm[] {
  return terms.map((term) => {
    const { by, at } = known.get(nameOf(term)) as StoredTerm;
    return { ...term, isShipped: by === null, registeredBy: by, registeredAt: at };
  });
}
