/** Reads an answer from a ledger's address. Anything may listen there: size, time and type are bounded. */

/** The response is no answer of a ledger. The message is a sentence about the address. */
export class UnfitAnswer extends Error {
  override readonly name = 'UnfitAnswer';
  /** A proxy answers for a ledger that is away, and not in JSON. */
  readonly kind: 'unfit' | 'unreachable';

  constructor(message: string, status: number) {
    super(message);
    this.kind = [502, 503, 504].includes(status) ? 'unreachable' : 'unfit';
  }
}

export interface AnswerBounds {
  readonly answerBytes: number;
  readonly answerMs: number;
}

/** Larger than any answer but a passport; longer than the cut of a large document takes. */
export const ANSWER_BOUNDS: AnswerBounds = { answerBytes: 32 * 1024 * 1024, answerMs: 300_000 };

const JSON_TYPES = ['application/json', 'application/graphql-response+json'];

/** Throws UnfitAnswer where the response isn't an answer in JSON; what was read so far is let go. */
export async function readAnswer(url: string, response: Response, bounds: AnswerBounds): Promise<unknown> {
  const { status, headers } = response;
  try {
    requireJson(url, status, headers);
    return JSON.parse(await readText(url, response, bounds)) as unknown;
  } catch (error) {
    await response.body?.cancel().catch(() => {});
    if (error instanceof SyntaxError)
      throw new UnfitAnswer(
        `${url} is not a ledger: it answered with status ${status}, and not in JSON.`,
        status,
      );
    throw error;
  }
}

function requireJson(url: string, status: number, headers: Headers): void {
  if (status >= 300 && status < 400)
    throw new UnfitAnswer(
      `${url} redirects to another address (status ${status}), and no token is sent there. ` +
        "Name the ledger's own address with --url or CUTTER_URL.",
      status,
    );
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined || !JSON_TYPES.includes(type))
    throw new UnfitAnswer(
      `${url} is not a ledger: it answered with status ${status}, and not in JSON.`,
      status,
    );
}

async function readText(
  url: string,
  { body, status }: Response,
  { answerBytes }: AnswerBounds,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > answerBytes)
      throw new UnfitAnswer(
        `${url} answered with more than ${answerBytes} bytes. A ledger's answer is never so long.`,
        status,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}
