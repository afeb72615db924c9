import { AlreadyCut, IllegalTransition } from '../law/refusals.ts';
import { payloadTypeOf } from '../law/statement.ts';
import { membersOf } from '../law/statement-time.ts';
import type { Lane } from '../law/values.ts';
import { digestOf } from '../proof/digest.ts';
import { preAuthEncoding } from '../proof/dsse.ts';
import { cut } from './cut.ts';
import type { CutInput } from './cut-look.ts';
import type { Done, ExecTx, VerifyTx } from './envelope/transaction.ts';
import type { Writes } from './envelope/writes.ts';
import type { NewSignature } from './tables/signature.ts';
import { type VerifyInput, verify } from './verify/verify.ts';

/** What the caller signs so that a verb writes exactly that. */
export interface StatementToSign {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly preAuthEncoding: Buffer;
  readonly digest: string;
  readonly keyIds: readonly string[];
  readonly acceptedUntil: string;
}

/** What CUT would sign now. The call is a dry run, so it refuses as the cut would, and nothing stays. */
export async function cutStatementToSign(tx: ExecTx<'cut'>, input: CutInput): Promise<Done<StatementToSign>> {
  const { value, writes } = await cut(tx, input);
  if (writes !== null) return { value: statementIn(tx, writes), writes };
  throw new AlreadyCut(
    `The cut of this key is done: change set ${value.changeSetId}. There is nothing left to sign.`,
  );
}

/** What VERIFY would sign now: the verdict, as this server finds it. */
export async function verifyStatementToSign(
  tx: VerifyTx,
  input: VerifyInput,
): Promise<Done<StatementToSign>> {
  const { value, writes } = await verify(tx, input);
  if (writes !== null) return { value: statementIn(tx, writes), writes };
  throw new IllegalTransition(
    `The verification of this key is done: result ${value.verifyResultId}. There is nothing left to sign.`,
  );
}

function statementIn(
  { lane, signer }: { readonly lane: Lane; readonly signer: ExecTx<'cut'>['signer'] },
  { preview }: Writes,
): StatementToSign {
  const [row] = (preview.get('dot_pair_signature') ?? []) as unknown as readonly NewSignature[];
  if (row === undefined) throw new Error('A verb that signs wrote no signature.');
  const payload = Buffer.from(row.signature_payload, 'utf8');
  const payloadType = payloadTypeOf(lane);
  return {
    payloadType,
    payload,
    preAuthEncoding: preAuthEncoding(payloadType, payload),
    digest: digestOf(payload),
    keyIds: signer.keyId === null ? [] : [signer.keyId],
    acceptedUntil: String(membersOf(row.signature_payload)['acceptedUntil']),
  };
}
