/**
 * Operations by the id of their text: trusted documents of the deployment, and texts that callers have registered by
 * their hash (automatic persisted queries). Both are read here, once for HTTP, event streams and sockets; yoga's
 * plugins see HTTP alone.
 */
import { createHash } from 'node:crypto';
import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { Recent } from '../bounds/recent.ts';
import { operationRefusal } from '../refuse.ts';

export interface TrustedDocuments {
  /** Texts by id. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether every other text is refused. */
  readonly only: boolean;
  /** Texts that need no id: those of the command line of this version. */
  readonly own?: readonly string[];
}

export const NO_DOCUMENTS: TrustedDocuments = { texts: new Map(), only: false };

/** Registered texts, and the longest of them: 64 MB at most. */
const REGISTERED = 1_000;
const REGISTERED_CHARS = 32_768;

/** The parameters of an operation as they came. */
type Given = Readonly<Record<string, unknown>>;

export class Documents {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #only: ReadonlySet<string> | null;
  readonly #registered = new Recent<string>({ most: REGISTERED, longest: 64 });

  constructor({ texts, only, own = [] }: TrustedDocuments) {
    this.#texts = texts;
    this.#only = only ? new Set([...texts.values(), ...own]) : null;
  }

  /** The parameters with the text that they name. What isn't of their form passes. Throws a GraphQLError. */
  read<Body>(body: Body): Body | Given {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    const { documentId, ...others } = body as Given;
    if (documentId != null) return this.#named(documentId, others);
    const hash = hashIn(others['extensions']);
    if (hash !== null) return this.#hashed(hash, others);
    if (typeof others['query'] === 'string') this.#refuseUntrusted(others['query']);
    return body;
  }

  #named(id: unknown, params: Given): Given {
    if (typeof id !== 'string') throw badRequest('"documentId" must be a string.');
    if (hasText(params)) throw badRequest('Send either "documentId" or "query".');
    const query = this.#trusted(id);
    if (query === undefined) throw unknownDocument(id);
    return { ...params, query };
  }

  #hashed(hash: string, params: Given): Given {
    const trusted = this.#trusted(hash);
    if (trusted !== undefined) return { ...params, query: trusted };
    if (this.#only !== null) {
      if (!hasText(params)) throw unknownDocument(hash);
      this.#refuseUntrusted(String(params['query']));
      return params;
    }
    if (hasText(params)) return this.#register(hash, params);
    const query = this.#registered.get(hash);
    // The message is part of the protocol: clients then send the text as well.
    if (query === undefined) throw operationRefusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return { ...params, query };
  }

  #register(hash: string, params: Given): Given {
    const query = params['query'];
    if (typeof query !== 'string') return params;
    if (createHash('sha256').update(query).digest('hex') !== hash)
      throw badRequest('"sha256Hash" is not the SHA-256 of "query".');
    if (query.length <= REGISTERED_CHARS) this.#registered.set(hash, query);
    return params;
  }

  #trusted(id: string): string | undefined {
    return this.#texts.get(id) ?? this.#texts.get(id.replace(/^sha256:/, ''));
  }

  #refuseUntrusted(text: string): void {
    if (this.#only === null || this.#only.has(text)) return;
    throw operationRefusal(
      'DOCUMENT_NOT_TRUSTED',
      'This server runs trusted documents alone. Send the id of one in "documentId". ' +
        'The operator adds documents to the file that CUTTER_DOCUMENTS names.',
    );
  }
}

/** What an id or a hash takes the place of. */
function hasText({ query }: Given): boolean {
  return query != null && query !== '';
}

/** The hash by which clients of automatic persisted queries name a text; null where there is none. */
function hashIn(extensions: unknown): string | null {
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery;
  if (typeof persisted !== 'object' || persisted === null) return null;
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1 || typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256Hash))
    throw badRequest('"persistedQuery" must have "version" 1 and a SHA-256 in hexadecimal in "sha256Hash".');
  return sha256Hash.toLowerCase();
}

/** A message of a socket names its text in the same ways; the protocol wants some text all the same. */
export function namesDocument(payload: unknown): boolean {
  const { query, documentId, extensions } = (payload ?? {}) as Given;
  if (query !== undefined) return false;
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery;
  return documentId != null || persisted != null;
}

function unknownDocument(id: string): GraphQLError {
  return operationRefusal(
    'DOCUMENT_NOT_FOUND',
    `There is no trusted document "${id.slice(0, 100)}". ` +
      'The operator adds documents to the file that CUTTER_DOCUMENTS names.',
  );
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** Which documents are no GraphQL, and which ask for what the schema doesn't have; each with its first fault. */
export function faultsOfDocuments({ texts }: TrustedDocuments, schema: GraphQLSchema) {
  const unreadable: string[] = [];
  const unfit: string[] = [];
  for (const [id, text] of texts) {
    try {
      const [fault] = validate(schema, parse(text));
      if (fault !== undefined) unfit.push(`document "${id}": ${fault.message}`);
    } catch (error) {
      unreadable.push(`document "${id}": ${(error as Error).message}`);
    }
  }
  return { unreadable, unfit };
}
