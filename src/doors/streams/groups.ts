/**
 * Subscribers that are to get the same: a value that reaches many of them is executed and written out once for each
 * group, and not once for each. A group has the document, its variables and who asks in common. The root field's
 * own arguments choose which values a subscriber gets and say nothing of the values, so each may begin at a cursor
 * of its own.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { Session } from '../../auth/session.ts';

/** Results cached for members that are about to ask for them. A member that is further behind makes its own. */
const KEPT = 16;

/** One subscriber's membership. */
export interface Membership {
  /** The result for a value: the one that another member had made, where there is one. */
  result(value: unknown): Promise<ExecutionResult>;
  leave(): void;
}

type Execute = (value: unknown) => Promise<ExecutionResult>;

interface Group {
  members: number;
  /** By the value itself: two that are merely alike don't meet. */
  readonly results: Map<unknown, Promise<ExecutionResult>>;
}

export class Groups {
  readonly #byDocument = new WeakMap<DocumentNode, Map<string, Group>>();

  /** `execute` makes the result for this subscriber; whether anyone else gets it is for the group to say. */
  join(args: ExecutionArgs, session: Session, execute: Execute): Membership {
    const key = keyOf(args, session);
    if (key === null) return { result: execute, leave: () => {} };
    const groups = this.#byDocument.get(args.document) ?? new Map<string, Group>();
    this.#byDocument.set(args.document, groups);
    const group = groups.get(key) ?? { members: 0, results: new Map() };
    groups.set(key, group);
    group.members += 1;
    return {
      result: (value) => (group.members === 1 ? execute(value) : sharedResult(group, value, execute)),
      leave() {
        group.members -= 1;
        if (group.members === 0) groups.delete(key);
      },
    };
  }
}

function sharedResult({ results }: Group, value: unknown, execute: Execute): Promise<ExecutionResult> {
  const made = results.get(value);
  if (made !== undefined) return made;
  const result = execute(value);
  results.set(value, result);
  for (const oldest of results.keys()) {
    if (results.size <= KEPT) break;
    results.delete(oldest);
  }
  return result;
}

/** What the members of a group have in common apart from the document; null where that isn't known. */
function keyOf({ document, operationName, variableValues }: ExecutionArgs, session: Session): string | null {
  const operation = getOperationAST(document, operationName);
  const names = operation == null ? null : variablesBelow(document, operation);
  if (names === null) return null;
  const { principalId, scopes, entryIds, mode } = session;
  const authority = [principalId, [...scopes].sort(), entryIds === null ? null : [...entryIds].sort(), mode];
  const variables = names.map((name) => variableValues?.[name] ?? null);
  return JSON.stringify([operationName ?? null, variables, authority]);
}

const known = new WeakMap<OperationDefinitionNode, readonly string[] | null>();

/** The variables that a result depends on: those used anywhere but in the root field's arguments. */
function variablesBelow(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] | null {
  const found = known.get(operation);
  if (found !== undefined) return found;
  const [root, ...others] = operation.selectionSet.selections;
  const plain = root?.kind === Kind.FIELD && others.length === 0 && !operation.directives?.length;
  const names = plain ? namesIn(document, operation) : null;
  known.set(operation, names);
  return names;
}

function namesIn(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (_node, _key, _parent, path) => {
      const [, definition, , , , member] = path;
      const atRoot = path.length === 7 && member === 'arguments';
      return atRoot && document.definitions[definition as number] === operation ? false : undefined;
    },
    Variable: ({ name }) => {
      names.add(name.value);
    },
  });
  return [...names].sort();
}
