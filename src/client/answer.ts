/** Reads an answer from a ledger's address. Anything may listen there: size, time and type are bounded. */
import { LedgerFault } from './ledger-fault.ts';

export interface AnswerBounds {
  readonly answerBytes: number;
  readonly answerMs: number;
}

/** Larger than any answer but a passport; longer than the cut of a large document takes. */
export const ANSWER_BOUNDS: AnswerBounds = { answerBytes: 32 * 1024 * 1024, answerMs: 300_000 };

const JSON_TYPES = ['application/json', 'application/graphql-response+json'];

/** Throws a LedgerFault where the response isn't an answer in JSON; what was read so far is let go. */
export async function readAnswer(url: string, response: Response, bounds: AnswerBounds): Promise<unknown> {
  try {
    requireJson(url, response);
    return JSON.parse(await readText(url, response, bounds)) as unknown;
  } catch (error) {
    await response.body?.cancel().catch(() => {});
    if (error instanceof SyntaxError) throw notInJson(url, response.status);
    throw error;
  }
}

/** A proxy answers for a ledger that is away, and not in JSON. */
function unfitAnswer(sentence: string, status: number): LedgerFault {
  return new LedgerFault(sentence, [502, 503, 504].includes(status) ? 'unreachable' : 'unfit');
}

const notInJson = (url: string, status: number) =>
  unfitAnswer(`${url} is not a ledger: it answered with status ${status}, and not in JSON.`, status);

function requireJson(url: string, { status, headers, type: kind }: Response): void {
  // A browser hides the status of a redirection that isn't followed.
  if ((status >= 300 && status < 400) || kind === 'opaqueredirect')
    throw unfitAnswer(
      `${url} redirects to another address (status ${status}), and no token is sent there. ` +
        "Name the ledger's own address.",
      status,
    );
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined || !JSON_TYPES.includes(type)) throw notInJson(url, status);
}

async function readText(
  url: string,
  { body, status }: Response,
  { answerBytes }: AnswerBounds,
): Promise<string> {
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  const reader = body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (read === undefined || read.done) return text + decoder.decode();
    length += read.value.length;
    if (length > answerBytes) {
      await reader?.cancel().catch(() => {});
      throw unfitAnswer(
        `${url} answered with more than ${answerBytes} bytes. A ledger's answer is never so long.`,
        status,
      );
    }
    text += decoder.decode(read.value, { stream: true });
  }
}
