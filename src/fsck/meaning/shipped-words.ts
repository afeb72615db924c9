import type { Client } from 'pg';
import type { VocabularyTerm } from '../../document/types.ts';
import { BASE_VOCABULARY } from '../../document/vocabulary.ts';
import type { FsckFindings, NewFinding } from '../finding.ts';

const VOCABULARY = 'cutter_source.vocabulary';

interface StoredWord extends VocabularyTerm {
  /** Whether a caller registered it with the same meaning. */
  readonly same: boolean;
}

/**
 * Compares the words that came with the program with those of the program. No record vouches for them: the program
 * does.
 * A word that callers registered is a row of its own, and its record vouches for it.
 */
export async function checkShippedWords(client: Client, findings: FsckFindings): Promise<void> {
  const { rows } = await client.query<StoredWord>(`/* fsck.words */
    select v.term_kind as "termKind", v.term, v.description, v.at_most as "atMost", exists (
      select from cutter_source.registered_term r where r.term_kind = v.term_kind and r.term = v.term
        and r.description = v.description and r.at_most is not distinct from v.at_most) as same
    from ${VOCABULARY} v order by v.term_kind, v.term`);
  const stored = new Map(rows.map((word) => [nameOf(word), word]));
  const registered = await registeredWords(client);
  for (const word of BASE_VOCABULARY) {
    const there = stored.get(nameOf(word));
    stored.delete(nameOf(word));
    if (there !== undefined) for (const finding of alteredIn(word, there)) findings.derive([], finding);
    else if (!registered.has(nameOf(word))) findings.derive([], wordMissing(word));
  }
  for (const word of stored.values()) if (!word.same) findings.derive([], wordAdded(word));
}

async function registeredWords(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(`/* fsck.registered_words */
    select term_kind || '/' || term as name from cutter_source.registered_term`);
  return new Set(rows.map(({ name }) => name));
}

const nameOf = ({ termKind, term }: VocabularyTerm): string => `${termKind}/${term}`;

const findingAbout = (word: VocabularyTerm) => ({
  table: VOCABULARY,
  key: nameOf(word),
  column: null,
  after: null,
  before: null,
});

function alteredIn(word: VocabularyTerm, there: VocabularyTerm): NewFinding[] {
  const columns = [
    ['description', word.description === there.description],
    ['at_most', word.atMost === there.atMost],
  ] as const;
  return columns.flatMap(([column, isSame]) => {
    if (isSame) return [];
    const message = `Column ${column} isn't what the program comes with for this word.`;
    return [{ ...findingAbout(word), verdict: 'edited', column, message }];
  });
}

function wordMissing(word: VocabularyTerm): NewFinding {
  const message = 'A word that the program comes with is missing. A start of this version adds it.';
  return { ...findingAbout(word), verdict: 'deleted', message };
}

function wordAdded(word: VocabularyTerm): NewFinding {
  const message =
    'The program does not come with this word, and no record has it. ' +
    'Register it with this meaning (registerVocabulary), or remove the row.';
  return { ...findingAbout(word), verdict: 'inserted', message };
}
