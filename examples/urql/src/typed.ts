import type { Operation } from '@cutter-ledger/client';
import { type AnyVariables, gql, type TypedDocumentNode } from '@urql/core';

/** One of the package's operations, as a document of urql. */
export function typed<Result, Variables extends AnyVariables>(
  operation: Operation<Result, Variables>,
): TypedDocumentNode<Result, Variables> {
  return gql(operation.toString());
}
