/**
 * Notes for the audit what is refused and what fails. A call that is accepted has its audit in the log: the record that
 * it wrote. A refused dry run is a refused call.
 */
import { GraphQLError, type GraphQLField } from 'graphql';
import type { AuditedCall } from '../../auth/audit.ts';
import type { Context } from '../../context.ts';
import { outageOf } from '../../database/outage.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import { RefusalAnswer } from '../../schema/refusals.ts';
import { redactArguments } from './redaction.ts';

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'args'>;
type Args = Readonly<Record<string, unknown>>;

/** A call as it began. */
interface Begun {
  readonly field: Field;
  readonly args: Args;
  readonly context: Context;
  readonly began: number;
}

/** Runs a mutation or a query, and notes how it was refused. `verb`: that of each item, where it takes a list. */
export async function auditCall(
  context: Context,
  field: Field,
  args: Args,
  run: () => unknown,
  verb: string | null = null,
): Promise<unknown> {
  const call: Begun = { field, args, context, began: performance.now() };
  try {
    const answer = await run();
    if (answer instanceof RefusalAnswer) noteRefusal(call, answer);
    else if (verb !== null) noteItems(call, verb, answer as { readonly results: readonly unknown[] });
    return answer;
  } catch (error) {
    noteError(call, error);
    throw error;
  }
}

function noteRefusal(call: Begun, { name, guard }: RefusalAnswer): void {
  noteCall(call, { outcome: 'refused', refusal: name, guard });
}

/** Each item is a call of its own: one row for each that was refused, as if it had come alone. */
function noteItems(call: Begun, verb: string, { results }: { readonly results: readonly unknown[] }): void {
  const { items } = call.args['input'] as { readonly items: readonly unknown[] };
  for (const [at, answer] of results.entries()) {
    if (!(answer instanceof RefusalAnswer)) continue;
    const args = { input: { items: [items[at]] } };
    const { name, guard } = answer;
    noteCall(
      { ...call, args, field: { ...call.field, name: verb } },
      { outcome: 'refused', refusal: name, guard },
    );
  }
}

/** An error is no refusal: whether something was written is known once the call is repeated. */
export function noteError(call: Begun, error: unknown): void {
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  if (typeof code === 'string')
    noteCall(call, { outcome: REFUSING.has(code) ? 'refused' : 'failed', refusal: code });
  else
    noteCall(call, {
      outcome: 'failed',
      refusal: outageOf(error) === null ? 'INTERNAL_SERVER_ERROR' : 'UNAVAILABLE',
    });
}

/** Codes of errors by which a call is refused before it does anything. */
const REFUSING: ReadonlySet<string> = new Set(['FORBIDDEN', 'UNAUTHENTICATED', 'TOO_MANY_REQUESTS']);

function noteCall(
  { field, args, context, began }: Begun,
  what: Pick<AuditedCall, 'outcome' | 'refusal'> & Partial<Pick<AuditedCall, 'guard'>>,
): void {
  context.audit({
    guard: null,
    ...what,
    operation: field.name,
    session: context.session,
    entryId: entryIn(args),
    durationMs: performance.now() - began,
    arguments: redactArguments(field, args),
  });
}

/** The entry that a call names, where it names one. */
function entryIn({ input, entryId }: Args): string | null {
  const { items: [item] = [], ...own } = (input ?? {}) as { entryId?: unknown; items?: readonly unknown[] };
  const named = entryId ?? own.entryId ?? (item as { entryId?: unknown } | null | undefined)?.entryId;
  return typeof named === 'string' ? normalizeUuid(named) : null;
}
