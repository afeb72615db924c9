/**
 * An operation's text is measured before anything recursive sees it: first its tokens, in one pass without a stack;
 * then the parsed document with every fragment unfolded by arithmetic, so that a bomb of a kilobyte is refused in a
 * millisecond and never reaches validation.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  type Source,
} from 'graphql';
import type { Limits } from './bounds/limits.ts';
import { measureText } from './operation-text.ts';
import { operationRefusal, tooLarge } from './refuse.ts';

const introspecting = new WeakSet<DocumentNode>();

/** Whether a document that this module parsed asks for the schema itself. */
export function readsSchema(document: DocumentNode): boolean {
  return introspecting.has(document);
}

/** A parser that refuses what is larger than any real operation. `judge` may change what was parsed, in place. */
export function limitedParser(
  limits: Limits,
  judge: (document: DocumentNode) => void = () => {},
): (source: string | Source) => DocumentNode {
  return function parseLimited(source) {
    const text = typeof source === 'string' ? source : source.body;
    const document = parsedWithin(text, limits);
    if (measureDocument(document, limits)) introspecting.add(document);
    judge(document);
    return document;
  };
}

/** What isn't GraphQL is refused under one code, through every door. */
function parsedWithin(text: string, limits: Limits): DocumentNode {
  try {
    measureText(text, limits);
    return parse(text, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) error.extensions['code'] ??= 'GRAPHQL_PARSE_FAILED';
    throw error;
  }
}

/**
 * The size of a selection with every fragment in it unfolded. Numbers may reach Infinity; they are only
 * compared.
 */
interface Size {
  readonly fields: number;
  readonly aliases: number;
  readonly depth: number;
  readonly root: number;
  /** How often each name is answered here, and by how many fields in all: validation compares each with each. */
  readonly names: ReadonlyMap<string, Answered>;
  /** Comparisons in the selections of the fields below. */
  readonly below: number;
}

interface Answered {
  readonly times: number;
  readonly fields: number;
}

const NOTHING: Size = { fields: 0, aliases: 0, depth: 0, root: 0, names: new Map(), below: 0 };

/** About how many fields validation compares to see that one name has one meaning. */
function comparisonsOf({ names, below }: Size): number {
  let here = 0;
  for (const { times, fields } of names.values()) here += ((times - 1) / 2) * fields;
  return here + below;
}

/** Refuses a document that unfolds into too much; says whether it introspects. */
function measureDocument(document: DocumentNode, limits: Limits): boolean {
  const measuring = new Measuring(document);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      refuseLargeOperation(measuring.fragment(definition.name.value), limits, false);
    if (definition.kind === Kind.OPERATION_DEFINITION)
      refuseLargeOperation(measuring.set(definition.selectionSet), limits, true);
  }
  return measuring.introspects;
}

function refuseLargeOperation(size: Size, limits: Limits, isOperation: boolean): void {
  if (size.fields > limits.fields) {
    throw tooLarge(
      'fields',
      limits.fields,
      `The operation asks for more than ${limits.fields} fields, counting those of its fragments.`,
    );
  }
  if (size.depth > limits.depth) {
    throw tooLarge('depth', limits.depth, `The operation is more than ${limits.depth} selections deep.`);
  }
  if (size.aliases > limits.aliases) {
    throw tooLarge(
      'aliases',
      limits.aliases,
      `The operation gives more than ${limits.aliases} aliases, counting those of its fragments.`,
    );
  }
  if (comparisonsOf(size) > limits.overlaps) {
    const message = 'The operation selects the same fields again and again. Ask for each field once.';
    throw tooLarge('overlaps', limits.overlaps, message);
  }
  if (isOperation && size.root > limits.rootFields) {
    throw tooLarge(
      'rootFields',
      limits.rootFields,
      `The operation has more than ${limits.rootFields} fields at its root.`,
    );
  }
}

class Measuring {
  introspects = false;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<string, Size | 'open'>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Each fragment is measured once, however often it is spread. */
  fragment(name: string): Size {
    const known = this.#sizes.get(name);
    if (known === 'open') {
      throw operationRefusal(
        'GRAPHQL_VALIDATION_FAILED',
        `Fragment "${name}" spreads itself, directly or through others.`,
      );
    }
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    // A fragment that isn't there is validation's to report.
    if (fragment === undefined) return NOTHING;
    this.#sizes.set(name, 'open');
    const size = this.set(fragment.selectionSet);
    this.#sizes.set(name, size);
    return size;
  }

  set(selectionSet: SelectionSetNode): Size {
    const names = new Map<string, Answered>();
    const total = { fields: 0, aliases: 0, depth: 0, root: 0, names, below: 0 };
    const seen = new Set<string>();
    for (const selection of selectionSet.selections) {
      const size = this.#selection(selection);
      total.fields += size.fields;
      total.aliases += size.aliases + this.#repeats(selection, seen);
      total.depth = Math.max(total.depth, size.depth);
      total.root += size.root;
      total.below += size.below;
      for (const [name, { times, fields }] of size.names) {
        const before = names.get(name);
        names.set(name, { times: times + (before?.times ?? 0), fields: fields + (before?.fields ?? 0) });
      }
    }
    return total;
  }

  #selection(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.fragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.set(selection.selectionSet);
    if (selection.name.value === '__schema' || selection.name.value === '__type') this.introspects = true;
    const inner = selection.selectionSet === undefined ? NOTHING : this.set(selection.selectionSet);
    const answers = (selection.alias ?? selection.name).value;
    return {
      fields: 1 + inner.fields,
      aliases: (selection.alias === undefined ? 0 : 1) + inner.aliases,
      depth: 1 + inner.depth,
      root: 1,
      names: new Map([[answers, { times: 1, fields: 1 + inner.fields }]]),
      below: comparisonsOf(inner),
    };
  }

  /** The same field again in one selection costs validation a comparison with each before it: it counts as an alias. */
  #repeats(selection: SelectionNode, names: Set<string>): number {
    if (selection.kind !== Kind.FIELD || selection.alias !== undefined) return 0;
    const repeated = names.has(selection.name.value);
    names.add(selection.name.value);
    return repeated ? 1 : 0;
  }
}
