/**
 * GraphQL itself, the same behind every door: yoga's engine with a parser that measures, introspection by scope, masked
 * errors, and one context factory.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  OperationTypeNode,
  validateSubscriptionArgs,
} from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { awaitedBy } from '../reading/lasting.ts';
import { readWhole } from '../reading/whole.ts';
import type { Limits } from './bounds/limits.ts';
import { Recent } from './bounds/recent.ts';
import { limitedParser } from './document.ts';
import { Documents, faultsOfDocuments, NO_DOCUMENTS, type TrustedDocuments } from './documents/documents.ts';
import { maskError } from './errors.ts';
import {
  bodyOfDoor,
  briefErrors,
  introspectionByScope,
  judgingAnswers,
  judgingVariables,
  parserWithin,
  readingWhole,
  variablesOfUse,
} from './graphql-plugins.ts';
import type { DoorContext, OperationParams } from './operation.ts';
import { paramsOfForm } from './params.ts';
import { type PlainRead, PlainReads, plainAnswer } from './plain-reads.ts';
import { DEFECT, operationRefusal } from './refuse.ts';
import { Endable } from './streams/endable.ts';
import { Groups } from './streams/groups.ts';
import { resultsOf } from './streams/results.ts';
import type { WholeAnswer } from './web/answer.ts';
import { withTag } from './web/entity-tag.ts';
import { GRAPHQL_PATH, pathUnder } from './web/paths.ts';

export type Outcome = ExecutionResult | Endable<ExecutionResult>;

export interface Graphql {
  /** The answer to a query or a mutation over HTTP; the body is part of the context. */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    door: DoorContext,
    plain?: PlainRead | null,
  ): Promise<WholeAnswer>;
  /** The short way that a request may take, by its parameters as they came; null where it has to go the other. */
  plainRead(request: IncomingMessage, given: unknown): PlainRead | null;
  /** The parameters with the text that they name by an id; passes what isn't of their form. Throws a GraphQLError. */
  withDocument<Body>(body: Body): Body | Readonly<Record<string, unknown>>;
  /** Parses, validates and names the operation; throws GraphQLErrors in an array. */
  prepare(door: DoorContext, params: OperationParams): Promise<ExecutionArgs>;
  /** Runs what was prepared: a result or a stream, never a throw. `onEnd` is called at the end of either. */
  run(args: ExecutionArgs, onEnd?: () => void): Promise<Outcome>;
  /** Whether an operation does nothing but register sources; what can't be read is refused elsewhere. */
  isRegistration(params: OperationParams): boolean;
  isSubscription(args: ExecutionArgs): boolean;
  /** Ends every live stream. */
  endStreams(): void;
}

export interface GraphqlDeps extends Omit<Context, 'session' | 'isGone'> {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Under which a proxy shows the server; null or absent: it is the whole site. */
  readonly basePath?: string | null;
  /** Texts that callers may name by an id; absent: none. */
  readonly documents?: TrustedDocuments;
}

/** The errors of one operation, thrown together. */
export class OperationFaults extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The operation is not valid.');
    this.name = 'OperationFaults';
    this.errors = errors;
  }
}

/** The one context factory. A door must say who calls. */
function contextFactory({
  ledger,
  observe,
  reads,
  reader,
  feed,
  proofs,
  passport,
  countCalls,
  refuseEnded,
  integrity,
  drift,
  audit,
  readiness,
}: GraphqlDeps) {
  return ({ session, isGone }: DoorContext): Context => {
    if (!session) throw new Error('a door passed an operation on without a session');
    return {
      session,
      isGone,
      ledger,
      observe,
      reads,
      reader,
      feed,
      proofs,
      passport,
      countCalls,
      refuseEnded,
      integrity,
      drift,
      audit,
      readiness,
    };
  };
}

export function buildGraphql(deps: GraphqlDeps): Graphql {
  const plainReads = new PlainReads(deps.schema);
  const contextOf = contextFactory(deps);
  const yoga = createGraphqlYoga(deps, plainReads);
  const mask = maskError(deps.logger);
  const parse = limitedParser(deps.limits);
  const streams = new Set<Endable<ExecutionResult>>();
  type Enveloped = ReturnType<typeof yoga.getEnveloped>;
  const engines = new WeakMap<ExecutionArgs, Enveloped>();

  const groups = new Groups();
  const documents = openDocuments(deps);

  function masked(result: ExecutionResult): ExecutionResult {
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) };
  }

  /**
   * Whether a subscriber gets values, and which, is judged for each; the results are made once for all who get the
   * same.
   */
  async function subscribe(args: ExecutionArgs, onEnd: () => void): Promise<Outcome> {
    const checked = validateSubscriptionArgs(args);
    if (!('schema' in checked)) return { errors: checked.map(mask) };
    const source = await createSourceEventStream(checked);
    if (!(Symbol.asyncIterator in source)) return masked(source);
    const { session } = args.contextValue as DoorContext;
    const { result, leave } = groups.join(args, session, async (value) =>
      masked(await executeSubscriptionEvent({ ...checked, rootValue: value })),
    );
    return follow(resultsOf(source, result), () => {
      leave();
      onEnd();
    });
  }

  function follow(source: AsyncIterable<ExecutionResult>, leave: () => void): Endable<ExecutionResult> {
    const stream = new Endable(source, {
      onEnd(ended) {
        streams.delete(ended);
        leave();
      },
      onFault: (error): ExecutionResult => ({ errors: [mask(error)] }),
      // A message that could not be made is lost. A reader who went on after it would have a gap.
      isLast: ({ data }) => data === null || data === undefined,
    });
    streams.add(stream);
    return stream;
  }

  return {
    async answer(request, response, door, plain = null) {
      if (plain === null) {
        const judged: NonNullable<DoorContext['judged']> = { awaited: null };
        const context = { ...door, judged };
        const answer = await yoga.handleNodeRequestAndResponse(request, response, context);
        return withTag(await wholeAnswerOf(answer), judged.awaited);
      }
      const read = await readWhole(plain.root, { ...plain.args, contextValue: contextOf(door) });
      const answer = plainAnswer(read, plain.mediaType);
      if (answer === null) return await this.answer(request, response, { ...door, read });
      return withTag(answer, awaitedBy(deps.schema, plain.args.document, plain.args.operationName));
    },
    plainRead(request, given) {
      // Texts are registered by callers who are known.
      if (typeof given !== 'object' || given === null || 'extensions' in given) return null;
      try {
        return plainReads.find(request, documents.read(given));
      } catch {
        return null;
      }
    },
    withDocument: (body) => documents.read(body),
    async prepare(door, params) {
      try {
        // A context of its own for each operation: hooks write into it.
        const engine = yoga.getEnveloped({ ...door, params } as never);
        const document: DocumentNode = engine.parse(params.query);
        const faults = engine.validate(engine.schema, document);
        if (faults.length > 0) throw new OperationFaults(faults.map(withValidationCode));
        const args: ExecutionArgs = {
          schema: engine.schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables ?? {},
          contextValue: await engine.contextFactory(),
        };
        if (!getOperationAST(document, params.operationName)) {
          throw operationRefusal(
            'OPERATION_RESOLUTION_FAILURE',
            'Name the operation to run in "operationName".',
          );
        }
        engines.set(args, engine);
        return args;
      } catch (error) {
        throw error instanceof OperationFaults ? error : new OperationFaults([mask(error)]);
      }
    },
    async run(args, onEnd = () => {}) {
      const engine = engines.get(args)!;
      let outcome: Outcome;
      try {
        outcome = await (this.isSubscription(args) ? subscribe(args, onEnd) : engine.execute(args));
      } catch (error) {
        outcome = { errors: [mask(error)] };
      }
      if (!(Symbol.asyncIterator in outcome)) onEnd();
      return outcome;
    },
    isRegistration: ({ query, operationName }) => registersAlone(parse, query, operationName),
    isSubscription(args) {
      const operation = getOperationAST(args.document, args.operationName);
      return operation?.operation === OperationTypeNode.SUBSCRIPTION;
    },
    endStreams() {
      for (const stream of [...streams]) stream.end();
    },
  };
}

/** Ends the start if a trusted text is no GraphQL. One that this schema doesn't fit is refused when it is asked for. */
function openDocuments({ documents = NO_DOCUMENTS, schema, logger }: GraphqlDeps): Documents {
  const { unreadable, unfit } = faultsOfDocuments(documents, schema);
  if (unreadable.length > 0)
    throw new Error(
      'The file that CUTTER_DOCUMENTS names has texts that are no GraphQL. Correct or remove them. ' +
        unreadable.join(' '),
    );
  for (const fault of unfit) logger.warn({ fault }, 'a trusted document does not fit this schema');
  return new Documents(documents);
}

function registersAlone(
  parse: ReturnType<typeof limitedParser>,
  query: string,
  operationName: string | null | undefined,
): boolean {
  try {
    const operation = getOperationAST(parse(query), operationName);
    return (
      operation?.operation === OperationTypeNode.MUTATION &&
      operation.selectionSet.selections.every(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === 'registerSource',
      )
    );
  } catch {
    return true;
  }
}

/** Yoga's hook gives the code over HTTP alone. */
function withValidationCode(fault: GraphQLError): GraphQLError {
  fault.extensions['code'] ??= 'GRAPHQL_VALIDATION_FAILED';
  return fault;
}

/** Yoga's answer; it holds the whole text. */
async function wholeAnswerOf(answer: Response): Promise<WholeAnswer> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  answer.headers.forEach((value, name) => {
    // The length is that of what is sent in the end.
    if (name.toLowerCase() !== 'content-length') headers[name.toLowerCase()] = value;
  });
  return { status: answer.status, headers, text: await answer.text() };
}

function createGraphqlYoga(deps: GraphqlDeps, plainReads: PlainReads) {
  const { schema, limits, logger } = deps;
  return createYoga<DoorContext, Context>({
    schema,
    graphqlEndpoint: pathUnder(deps.basePath ?? null, GRAPHQL_PATH),
    context: contextFactory(deps),
    plugins: [
      parserWithin(limits, schema),
      bodyOfDoor(),
      paramsOfForm(),
      briefErrors(),
      introspectionByScope(),
      variablesOfUse(),
      judgingVariables(),
      judgingAnswers(),
      readingWhole(plainReads),
    ],
    parserAndValidationCache: {
      documentCache: new Recent({ most: 1_000, longest: 32_768 }),
      errorCache: new Recent({ most: 200, longest: 4_096 }),
    },
    maskedErrors: { errorMessage: DEFECT, isDev: false, maskError: maskError(logger) },
    // What the door does itself, before yoga: pages, health, origins, body size, content types.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...message: unknown[]) => logger.warn({ message: message.map(String) }, 'graphql'),
      error: (...message: unknown[]) => logger.error({ error: message[0] }, 'graphql'),
    },
  });
}
