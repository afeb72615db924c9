/**
 * The short way of a plain read: a query by POST whose text was answered before, of root fields that are read whole. It
 * is answered past yoga's layers, which take longer than the database does for one row. Whatever is unusual about a
 * request, or about its answer, is left to yoga.
 */
import type { IncomingMessage } from 'node:http';
import type { DocumentNode, ExecutionArgs } from 'graphql';
import { type WholeRead, type WholeRoot, wholeRoot } from '../reading/whole.ts';
import { Recent } from './bounds/recent.ts';
import type { OperationParams } from './operation.ts';
import type { WholeAnswer } from './web/answer.ts';
import { type JsonType, jsonTypeFor } from './web/media-type.ts';

/** As many texts as yoga's cache holds, and as long. */
const TEXTS = { most: 1_000, longest: 32_768 };

interface KnownText {
  readonly document: DocumentNode;
  /** By the name of the operation; null where it isn't read whole. */
  readonly roots: Map<string | null, WholeRoot | null>;
}

/** A request that goes the short way. */
export interface PlainRead {
  readonly root: WholeRoot;
  readonly args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;
  readonly mediaType: JsonType;
}

export class PlainReads {
  readonly #schema: ExecutionArgs['schema'];
  readonly #texts = new Recent<KnownText>(TEXTS);

  constructor(schema: ExecutionArgs['schema']) {
    this.#schema = schema;
  }

  /** Takes up a text that was parsed and found valid. */
  learn(text: string, document: DocumentNode): void {
    if (this.#texts.get(text) === undefined) this.#texts.set(text, { document, roots: new Map() });
  }

  /** What a request asks for, if nothing about it is unusual. */
  find(request: IncomingMessage, body: unknown): PlainRead | null {
    if (request.method !== 'POST' || !isPlain(body)) return null;
    const { query, operationName = null } = body;
    const known = this.#texts.get(query);
    if (known === undefined) return null;
    const variableValues = body.variables ?? {};
    const args = { schema: this.#schema, document: known.document, operationName, variableValues };
    const root = rootOf(known, args);
    if (root === null || !areDeclared(root, variableValues)) return null;
    const mediaType = jsonTypeFor(request.headers.accept);
    return mediaType === null ? null : { root, args, mediaType };
  }
}

const NAMES: ReadonlySet<string> = new Set(['query', 'variables', 'operationName']);

/** Whether these are the parameters of an operation, in their form, and nothing else. */
function isPlain(body: unknown): body is OperationParams {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { query, variables, operationName } = body as Record<string, unknown>;
  if (typeof query !== 'string' || !(operationName == null || typeof operationName === 'string'))
    return false;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return false;
  for (const name in body) if (!NAMES.has(name)) return false;
  return true;
}

/** Few names are asked for: others are answered by yoga, and not kept. */
const MOST_NAMES = 20;

function rootOf({ roots }: KnownText, args: PlainRead['args']): WholeRoot | null {
  const name = args.operationName ?? null;
  let root = roots.get(name);
  if (root === undefined) {
    root = roots.size < MOST_NAMES ? wholeRoot(args) : null;
    if (roots.size < MOST_NAMES) roots.set(name, root);
  }
  return root;
}

function areDeclared({ operation }: WholeRoot, variables: Readonly<Record<string, unknown>>): boolean {
  for (const name in variables)
    if (!operation.variableDefinitions?.some(({ variable }) => variable.name.value === name)) return false;
  return true;
}

/** The answer to what was read; null where yoga has to word it. */
export function plainAnswer(read: WholeRead, mediaType: JsonType): WholeAnswer | null {
  if (read.kind !== 'result' || !('stringify' in read.result) || read.result.errors !== undefined)
    return null;
  const { result } = read;
  const headers = { 'cache-control': 'no-store', 'content-type': `${mediaType}; charset=utf-8` };
  return { status: 200, headers, text: result.written ?? result.stringify(result) };
}
