/**
 * The file of trusted documents: `{ "<id>": "<text>" }`, as relay-compiler and graphql-codegen write it, or the
 * manifest of Apollo's generator.
 */

/** Ids and texts, and what is wrong with the file in words for the operator. */
export interface ParsedDocuments {
  readonly texts: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

const MOST_DOCUMENTS = 10_000;
const MOST_ID_CHARS = 256;
const MOST_FAULTS = 10;

export function parseDocuments(file: string): ParsedDocuments {
  const given = entriesOf(file);
  if (typeof given === 'string') return { texts: new Map(), faults: [given] };
  const texts = new Map<string, string>();
  const faults: string[] = [];
  for (const [id, text] of given) {
    const fault = faultOf(id, text, texts);
    if (fault === null) texts.set(id, text as string);
    else faults.push(fault);
  }
  if (texts.size > MOST_DOCUMENTS) faults.push(`it has more than ${MOST_DOCUMENTS} documents`);
  return { texts, faults: faults.slice(0, MOST_FAULTS) };
}

type Entry = readonly [id: string, text: unknown];

function entriesOf(file: string): readonly Entry[] | string {
  try {
    const given: unknown = JSON.parse(file);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return FORM;
    if (!('format' in given) || given.format !== 'apollo-persisted-query-manifest')
      return Object.entries(given);
    const operations = (given as { operations?: unknown }).operations;
    if (!Array.isArray(operations)) return 'its "operations" must be a list';
    return operations.map((one: unknown) => {
      const { id, body } = (one ?? {}) as { id?: unknown; body?: unknown };
      return [String(id), body];
    });
  } catch {
    return FORM;
  }
}

const FORM = 'it must be a JSON object of ids and texts, as relay-compiler and graphql-codegen write it';

function faultOf(id: string, text: unknown, before: ReadonlyMap<string, string>): string | null {
  const named = `document "${id.slice(0, 100)}"`;
  if (id === '' || id.length > MOST_ID_CHARS)
    return `${named}: an id has from 1 to ${MOST_ID_CHARS} characters`;
  if (typeof text !== 'string') return `${named}: its text must be a string`;
  return before.has(id) ? `${named} is there twice` : null;
}
