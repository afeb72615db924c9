import { GraphQLError } from 'graphql';
import { badInput } from './bad-input.ts';
import type { Bound, BoundPage } from './bind.ts';
import { columnOf, type Noun } from './nouns/noun.ts';
import type { Paged } from './plan.ts';

/**
 * Refuses a list whose filter no index helps with: it would read every row of the ledger for a page of a few. Lists
 * below a row have few rows and take any filter.
 */
export function assertIndexed({ noun, path }: Paged, { filter }: BoundPage): void {
  const asked = filter.filter((bound) => !isUnlessAsked(noun, bound));
  if (asked.length === 0 || asked.some((bound) => isIndexed(noun, bound))) return;
  const fields = narrowingFields(noun);
  const names = asked.map(({ column, rule }) => (rule === undefined ? fieldOf(noun, column) : column));
  throw badInput(
    `${path}(filter: {${names.join(', ')}})`,
    `is found by no index. Give one of these beside it: ${fields.join(', ')}.`,
    { narrowBy: fields },
  );
}

/** Of a statement that was ended for its time: which list to narrow, and by what. */
export function readTooLong(pages: readonly Paged[], bound: readonly BoundPage[]): GraphQLError {
  const [page] = pages;
  if (page === undefined)
    return new GraphQLError('This took too long to read and was ended. Ask for fewer fields.', {
      extensions: { code: 'READ_TOO_LONG', narrowBy: [] },
    });
  const asked = new Set(bound[0]?.filter.map(({ column }) => column));
  const narrowBy = narrowingFields(page.noun).filter(
    (field) => !asked.has(columnOf(field)) && !asked.has(field),
  );
  return new GraphQLError(
    `${page.path} took too long to read and was ended. Narrow it by ${narrowBy[0]}, ` +
      `or by one of ${narrowBy.slice(1).join(', ')}; or ask for fewer rows or fields.`,
    { extensions: { code: 'READ_TOO_LONG', argument: `${page.path}(filter:)`, narrowBy } },
  );
}

function isIndexed(noun: Noun, { column, rule }: Bound): boolean {
  return rule === undefined ? noun.indexed.includes(column) : rule.isBroad !== true;
}

/** Whether the condition is one that the list has of itself. */
function isUnlessAsked(noun: Noun, { column, value }: Bound): boolean {
  return Object.entries(noun.unlessAsked).some(
    ([field, own]) => noun.columns.get(field)?.column === column && own === value,
  );
}

/** The fields whose filters an index serves, those that fewest rows share first. */
function narrowingFields(noun: Noun): string[] {
  const rules = Object.entries(noun.filters).flatMap(([field, { isBroad }]) =>
    isBroad === true ? [] : [field],
  );
  return [...noun.indexed.map((column) => fieldOf(noun, column)), ...rules];
}

function fieldOf(noun: Noun, column: string): string {
  const found = [...noun.columns].find(([, described]) => described.column === column);
  if (found === undefined) throw new Error(`${noun.name} has no field for ${column}.`);
  return found[0];
}
