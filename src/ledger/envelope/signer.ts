import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { LaneKey } from '../../law/keys.ts';
import { problemAt, SignatureRefused } from '../../law/refusals.ts';
import { membersOf, type StatementTimes, timeFault, timesAhead } from '../../law/statement-time.ts';
import type { Lane } from '../../law/values.ts';

/** A statement that the caller has signed: its exact bytes, and the signature over them and their type. */
export interface CallerSignature {
  readonly keyId: string;
  readonly signature: Uint8Array;
  readonly statement: Uint8Array;
}

/** Who signs what a call states: this server with a key that it holds, or the caller with its own. */
export type Signer =
  | { readonly by: 'server'; readonly keyId: string; readonly key: LaneKey }
  | {
      readonly by: 'caller';
      /** Null where the caller asks what to sign, and has no key. */
      readonly keyId: string | null;
      /** Null where the caller asks what to sign. */
      readonly signature: CallerSignature | null;
    };

/** The key of a lane that is a principal's own. */
export async function ownKeyId(
  connection: DatabaseTransactionConnection,
  lane: Lane,
  principalId: string,
): Promise<string | null> {
  const row = await connection.maybeOne(sql.prepared('phase.own_key', z.object({ key_id: z.string() }))`
    /* phase.own_key */ select key_id from cutter_auth.key
    where lane = ${lane} and purpose = 'statement' and until_position is null
      and principal_id = ${principalId}::uuid`);
  return row?.key_id ?? null;
}

/** The times of what is stated at `at`. Those that a caller signed are taken, while they are accepted. */
export function statementTimes(signer: Signer, at: string): StatementTimes {
  if (signer.by === 'server') return { preparedAt: at };
  if (signer.signature === null) return timesAhead(at);
  const said = membersOf(Buffer.from(signer.signature.statement).toString('utf8'));
  const fault = timeFault(said, at);
  if (fault === null) return timesAhead(said['preparedAt'] as string);
  const message = TIME_FAULTS[fault];
  throw new SignatureRefused(`${message} Ask for the statement again, and sign that.`, [
    problemAt(['input', 'signature', 'statement', 'preparedAt'], `statement-${fault}`, message),
  ]);
}

const TIME_FAULTS = {
  unreadable: 'The signed bytes are no statement with the times that the ledger gives one.',
  early: "The signed statement is of a time that has not come by the database's clock.",
  late: 'The signed statement is older than 15 minutes.',
} as const;
