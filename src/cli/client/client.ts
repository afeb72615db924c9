/** The package's client, for a command: its faults become sentences for people, and no answer's form is believed. */
import { ANSWER_BOUNDS, type AnswerBounds } from '../../client/answer.ts';
import { createClient } from '../../client/client.ts';
import { type FaultKind, innermostReason, LedgerFault } from '../../client/ledger-fault.ts';
import { endpointOf, type Operation } from '../../client/operation.ts';
import { plainLine } from '../../text/plain.ts';
import { commandText } from '../terminal/command-text.ts';

export interface Client {
  readonly url: string;
  /** Sends one operation; throws a ClientFault whose message is for people. */
  execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): Promise<Result>;
}

/** What went wrong between the command and the ledger, in one sentence. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault';
  readonly kind: FaultKind;

  constructor(message: string, kind: FaultKind = 'failed') {
    super(message);
    this.kind = kind;
  }
}

export interface CallerOptions {
  readonly url: string;
  readonly token: string;
  /** Whose token it is, for messages. */
  readonly who: string;
  readonly bounds?: AnswerBounds;
  /** Ends a call under way. */
  readonly signal?: AbortSignal;
}

export function openClient({ url, token, who, bounds = ANSWER_BOUNDS, signal }: CallerOptions): Client {
  const endpoint = commandEndpoint(url);
  const ledger = createClient({ url: endpoint, token, bounds, signal });
  return {
    url: endpoint,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      const data = await ledger.request(operation, variables).catch((error: unknown) => {
        throw sentenceOfFault(error, { url: endpoint, token, who });
      });
      // Loads the schema: a command that asks nothing doesn't need it.
      const { shapeFault } = await import('./answer-shape.ts');
      const wrong = shapeFault(operation.toString(), data);
      if (wrong !== null) throw foreignAnswer(endpoint, plainLine(wrong, [token]));
      return data;
    },
  };
}

/** GraphQL's address; a bare host means its usual path. Throws a ClientFault where it is none. */
export function commandEndpoint(url: string): string {
  try {
    return endpointOf(url);
  } catch (error) {
    throw error instanceof LedgerFault ? new ClientFault(error.message) : error;
  }
}

const foreignAnswer = (url: string, wrong: string) =>
  new ClientFault(`This version can't speak to ${url}: ${wrong}.`, 'unfit');

const UNKNOWN_WHETHER_SERVED =
  'Whether the ledger served the call is unknown. Run the same command again: it finds out and continues.';

interface Asked {
  readonly url: string;
  readonly token: string;
  readonly who: string;
}

/** What the package's client throws, as a sentence about the command. */
export function sentenceOfFault(error: unknown, { url, token, who }: Asked): ClientFault {
  if (error instanceof ClientFault) return error;
  if (!(error instanceof LedgerFault)) return unreachableFault(url, error);
  const { kind, code, cause, message } = error;
  const said = plainLine(message, [token]);
  if (code === 'UNAUTHENTICATED')
    return new ClientFault(
      `${url} refuses the ${who}'s token: ${said} Check that the tokens are those of this ledger.`,
      'refused',
    );
  if (error.errors.length > 0)
    return new ClientFault(`The ledger at ${url} answered the ${who}: ${said}`, kind);
  if (cause !== undefined) return unreachableFault(url, cause);
  if (message === `${url} answered without data.`) return foreignAnswer(url, 'it answered without data');
  const isLate = kind === 'unreachable' && message.includes("didn't finish its answer");
  return new ClientFault(isLate ? `${said} ${UNKNOWN_WHETHER_SERVED}` : said, kind);
}

/** fetch wraps the system's error, and several attempts once more. */
export function unreachableFault(url: string, error: unknown): ClientFault {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH') {
    return new ClientFault(
      `No ledger answers at ${url} (${code}). Start one with "${commandText('start')}", ` +
        'or name another with --url or CUTTER_URL.',
      'unreachable',
    );
  }
  return new ClientFault(
    `The connection to ${url} broke (${code ?? innermostReason(error)}). ${UNKNOWN_WHETHER_SERVED}`,
    'unreachable',
  );
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return (error as NodeJS.ErrnoException).code ?? codeOf(error.cause);
}
