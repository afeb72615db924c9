import { type AnswerBounds, readAnswer } from './answer.ts';
import { brokenConnection, faultOfAnswer, LedgerFault } from './ledger-fault.ts';
import { type Token, tokenOf } from './operation.ts';

export interface Sending {
  readonly url: string;
  readonly token: Token;
  readonly fetch: typeof fetch;
  readonly bounds: AnswerBounds;
  readonly signal?: AbortSignal | undefined;
}

/** A POST of one operation. Redirections aren't followed: they would take the token elsewhere. */
export async function postOperation(
  { url, token, fetch: send }: Pick<Sending, 'url' | 'token' | 'fetch'>,
  { accept, body, signal }: { readonly accept: string; readonly body: string; readonly signal: AbortSignal },
): Promise<Response> {
  return await send(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      authorization: `Bearer ${await tokenOf(token)}`,
    },
    body,
    redirect: 'manual',
    signal,
  });
}

/** Sends one operation and gives its data; throws a LedgerFault where there is none, or an error beside it. */
export async function sendOperation(sending: Sending, body: string): Promise<unknown> {
  const { url, bounds, signal } = sending;
  const late = AbortSignal.timeout(bounds.answerMs);
  const ending = signal === undefined ? late : AbortSignal.any([late, signal]);
  try {
    const response = await postOperation(sending, { accept: 'application/json', body, signal: ending });
    const answer = await readAnswer(url, response, bounds);
    const fault = faultOfAnswer(answer, response.headers.get('retry-after'));
    if (fault !== null) throw fault;
    const data = (answer as { readonly data?: unknown } | null)?.data;
    if (data == null) throw new LedgerFault(`${url} answered without data.`, 'unfit');
    return data;
  } catch (error) {
    if (error instanceof LedgerFault || signal?.aborted === true) throw error;
    if (late.aborted)
      throw new LedgerFault(
        `${url} didn't finish its answer within ${bounds.answerMs / 1000} seconds.`,
        'unreachable',
      );
    throw brokenConnection(url, error);
  }
}
