/**
 * The vocabulary: the words that units may use for what they are (`unit_kind`) and for their part in the document
 * (`section_type`), with how many of each one document may have. Rows are added over time and never removed.
 */
import { canonicalJson } from '../proof/canonical.ts';
import type { Digest } from '../proof/digest.ts';
import { digestOf } from '../proof/digest.ts';
import type { DocumentProblem, TermKind, VocabularyTerm } from './types.ts';

/** What a word says of a unit: what it is, or which part of its document. */
export const TERM_KINDS = ['unit_kind', 'section_type'] as const satisfies readonly TermKind[];

function unitKind(term: string, description: string, atMost: number | null = null): VocabularyTerm {
  return { termKind: 'unit_kind', term, description, atMost };
}

function sectionType(term: string, description: string, atMost: number | null = null): VocabularyTerm {
  return { termKind: 'section_type', term, description, atMost };
}

/** The rows a new ledger begins with. */
export const BASE_VOCABULARY: readonly VocabularyTerm[] = [
  unitKind('document', 'A whole document that has no parts of its own.', 1),
  unitKind('container', 'A heading that holds other units; its body is the heading alone.'),
  unitKind('section', 'A heading with the text under it.'),
  unitKind('article', 'A numbered article or section of a statute or contract.'),
  unitKind('paragraph', 'Running text without a heading of its own.'),
  unitKind('clause', 'A numbered clause or subparagraph inside an article.'),
  unitKind('item', 'One item of a list.'),
  unitKind('definition', 'A term and its definition.'),
  unitKind('table', 'A table.'),
  unitKind('figure', 'A figure or its caption.'),
  unitKind('code', 'A block of code or other literal text.'),
  unitKind('quote', 'Quoted text.'),
  unitKind('note', 'A footnote, remark or comment.'),
  sectionType('title', 'The title of the document.', 1),
  sectionType('preamble', 'Text before the first heading.', 1),
  sectionType('lead', 'Text between a heading and the first heading it holds.'),
  sectionType('body', 'The main text.'),
  sectionType('book', 'A book, the widest division of a statute.'),
  sectionType('part', 'A part.'),
  sectionType('chapter', 'A division that holds others.'),
  sectionType('section', 'A section.'),
  sectionType('subsection', 'A subsection.'),
  sectionType('article', 'An article.'),
  sectionType('paragraph', 'A paragraph.'),
  sectionType('list', 'A list or one of its items.'),
  sectionType('definitions', 'Definitions of terms.'),
  sectionType('table', 'A table.'),
  sectionType('note', 'Notes and footnotes.'),
  sectionType('annex', 'An annex, appendix or schedule.'),
  sectionType('signature', 'Closing formula, signatures, place and date.'),
  sectionType('repealed', 'A provision that was repealed: its place and its number remain.'),
  sectionType('index', 'A table of contents or an index.', 1),
];

const SHIPPED = new Map(BASE_VOCABULARY.map((term) => [`${term.termKind}/${term.term}`, term]));

/** Whether the program comes with this word; `name` is its kind, a slash and the word. */
export function isShippedTerm(name: string): boolean {
  return SHIPPED.has(name);
}

/** Binds what a plan can depend on: the terms and their bounds, not how they are described. */
export function vocabularyDigest(terms: readonly VocabularyTerm[]): Digest {
  const rows = terms.map(({ termKind, term, atMost }) => ({ termKind, term, atMost }));
  rows.sort((a, b) =>
    Buffer.compare(Buffer.from(`${a.termKind}\n${a.term}`), Buffer.from(`${b.termKind}\n${b.term}`)),
  );
  return digestOf(canonicalJson(rows));
}

/** What the check of kinds and section types asks of a unit. */
interface TermUse {
  readonly kind: string;
  readonly sectionType: string;
}

/** What a unit is called in a problem, and the path that leads to it in the caller's words. */
interface UseName {
  readonly label: string;
  readonly path: readonly string[];
}

const FIELDS: readonly { termKind: TermKind; field: 'kind' | 'sectionType'; noun: string }[] = [
  { termKind: 'unit_kind', field: 'kind', noun: 'unit kind' },
  { termKind: 'section_type', field: 'sectionType', noun: 'section type' },
];

/** Every use of a term that isn't in the vocabulary, and every term used more often than one document may. */
export function termProblems<U extends TermUse>(
  uses: readonly U[],
  vocabulary: readonly VocabularyTerm[],
  nameOf: (use: U) => UseName,
): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  for (const { termKind, field, noun } of FIELDS) {
    const own = vocabulary.filter((t) => t.termKind === termKind);
    const terms = new Map(own.map(({ term, atMost }) => [term, { atMost, count: 0 }]));
    const allowed = [...terms.keys()].sort().join(', ');
    for (const use of uses) {
      const term = terms.get(use[field]);
      if (term === undefined) {
        const { label, path } = nameOf(use);
        const message =
          `${label} has the ${noun} "${use[field]}", which is not in the vocabulary. ` +
          `Allowed: ${allowed}.`;
        problems.push({ path: [...path, field], code: `unknown_${termKind}`, message });
        continue;
      }
      term.count += 1;
      if (term.atMost !== null && term.count > term.atMost) {
        const { label, path } = nameOf(use);
        const message =
          `${label} is number ${term.count} of ${noun} "${use[field]}". ` +
          `A document may have at most ${term.atMost}.`;
        problems.push({ path: [...path, field], code: 'cardinality_exceeded', message });
      }
    }
  }
  return problems;
}
