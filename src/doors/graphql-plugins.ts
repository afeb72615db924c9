/** What yoga does otherwise behind these doors: how it parses, what it refuses, and how queries are read. */
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { awaitedBy } from '../reading/lasting.ts';
import { finishWhole, readWhole, wholeRoot } from '../reading/whole.ts';
import { judgeLiterals, judgeVariables } from '../resolvers/faults/judged-calls.ts';
import type { Limits } from './bounds/limits.ts';
import { limitedParser, readsSchema } from './document.ts';
import { withoutLongQuotes } from './errors.ts';
import type { DoorContext, OperationParams } from './operation.ts';
import type { PlainReads } from './plain-reads.ts';

/** Faults in the inputs of verbs are theirs to answer, once authority was judged. */
export function parserWithin(limits: Limits, schema: GraphQLSchema): Plugin<DoorContext> {
  const parse = limitedParser(limits, (document) => judgeLiterals(schema, document));
  return { onParse: ({ setParseFn }) => setParseFn(parse) };
}

/** The door has read and judged the body; no parser of yoga's sees the request. */
export function bodyOfDoor(): Plugin<DoorContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      setRequestParser(() => (serverContext as unknown as DoorContext).body as never);
    },
  };
}

/** Quotes little of any request. */
export function briefErrors(): Plugin<DoorContext> {
  return {
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || result.errors === undefined) return;
      setResult({ ...result, errors: result.errors.map(withoutLongQuotes) });
    },
  };
}

/** Queries of the ledger's rows are answered as they are read; everything else is executed field by field. */
export function readingWhole(plain: PlainReads): Plugin<DoorContext> {
  return {
    onExecute: ({ executeFn, setExecuteFn, args }) => {
      const root = wholeRoot(args);
      if (root === null) return;
      const { params, read } = args.contextValue as { params?: OperationParams } & DoorContext;
      if (typeof params?.query === 'string') plain.learn(params.query, args.document);
      setExecuteFn(async () => finishWhole(read ?? (await readWhole(root, args)), args, executeFn));
    },
  };
}

/** The same for variables. GraphQL refuses them before anything runs, so the call is made once. */
export function judgingVariables(): Plugin<DoorContext> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const result = (await executeFn(args)) as ExecutionResult;
        if (result.errors === undefined || 'data' in result) return result;
        const judged = judgeVariables(args);
        return judged === null ? result : executeFn(judged);
      });
    },
  };
}

/** Whether the answer lasts is judged by what is executed. */
export function judgingAnswers(): Plugin<DoorContext> {
  return {
    onExecute({ args: { schema, document, operationName, contextValue } }) {
      const { judged } = contextValue as DoorContext;
      if (judged !== undefined) judged.awaited = awaitedBy(schema, document, operationName);
    },
  };
}

/** A variable that the operation doesn't declare is a mistake, and what is in it would be read for nothing. */
export function variablesOfUse(): Plugin<DoorContext> {
  return {
    onParse: () =>
      function refuseUnused({ result, context }) {
        if (result === null || result instanceof Error) return;
        const { params } = context as unknown as { params?: OperationParams };
        const operation = getOperationAST(result, params?.operationName);
        if (params?.variables == null || operation == null) return;
        const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
        for (const name in params.variables) if (!declared.has(name)) throw unusedVariable(name);
      },
  };
}

function unusedVariable(name: string): GraphQLError {
  const variable = name.slice(0, 100);
  return new GraphQLError(
    `The operation doesn't declare the variable "$${variable}". Declare it or leave it out.`,
    { extensions: { code: 'UNUSED_VARIABLE', variable, http: { status: 400 } } },
  );
}

/** The schema is shown to those who may observe the ledger. */
export function introspectionByScope(): Plugin<DoorContext> {
  return {
    onParse: () =>
      function refuseStrangers({ result, context }) {
        if (result === null || result instanceof Error || !readsSchema(result)) return;
        const { session } = context as unknown as DoorContext;
        if (session.scopes.has('ledger:observe')) return;
        throw new GraphQLError('Reading the schema needs the scope ledger:observe.', {
          extensions: { code: 'FORBIDDEN', http: { status: 403 } },
        });
      },
  };
}
