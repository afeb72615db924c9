/** A typed client of a ledger, in Node and in browsers: one principal's token, operations made by codegen. */
import { ANSWER_BOUNDS, type AnswerBounds } from './answer.ts';
import { type FollowBacklogOptions, followBacklog } from './follow/follow-backlog.ts';
import { type FollowHistoryOptions, followHistory } from './follow/follow-history.ts';
import type { StreamFollower } from './follow/follower.ts';
import type { FollowedMessage } from './follow/messages.ts';
import { type SocketOptions, subscribeOverSocket } from './follow/socket.ts';
import type { FollowBacklogSubscription, FollowHistorySubscription } from './generated/graphql.ts';
import type { LedgerFault } from './ledger-fault.ts';
import { endpointOf, type Operation, type Token } from './operation.ts';
import { AnswerLost, type KeyedVariables, lossOf, type Patience, repeatCall } from './repeat.ts';
import { sendOperation } from './send.ts';

export interface ClientOptions {
  /** The ledger's address: `http://host:4000`, or that of its GraphQL. */
  readonly url: string;
  readonly token: Token;
  /** What sends; the platform's own by default. */
  readonly fetch?: typeof fetch;
  /** What connects for subscriptions; the platform's own by default. */
  readonly webSocket?: SocketOptions['webSocket'];
  /** The longest answer that is read, and how long it may take. */
  readonly bounds?: AnswerBounds;
  /** Ends every call and stream of this client. */
  readonly signal?: AbortSignal | undefined;
}

export interface LedgerClient {
  /** GraphQL's address. */
  readonly url: string;
  /** Sends one operation. Throws a LedgerFault, also where an error came beside the data; `fault.data` has that. */
  request<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): Promise<Result>;
  /**
   * Sends a mutation until it is answered: where the answer was lost, or the ledger is busy, the same call is repeated
   * under the same key. Throws AnswerLost with that key where no answer came at all.
   */
  perform<Result, Variables extends KeyedVariables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    patience?: Patience,
  ): Promise<Result>;
  /** The results of one subscription, over one connection, until it ends. Throws a LedgerFault where it breaks. */
  subscribe<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Result, void, void>;
  /** Follows `history` over any number of connections, each record once and in order. */
  follow<Message extends FollowedMessage = FollowHistorySubscription['history']>(
    options: FollowHistoryOptions<Message>,
  ): StreamFollower<Message>;
  /** Follows `backlog` over any number of connections: one snapshot, then each change with the counts after it. */
  followBacklog<Message extends FollowedMessage = FollowBacklogSubscription['backlog']>(
    options?: FollowBacklogOptions<Message>,
  ): StreamFollower<Message>;
}

export function createClient(options: ClientOptions): LedgerClient {
  const { token, bounds = ANSWER_BOUNDS, signal } = options;
  const url = endpointOf(options.url);
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const sending = { url, token, fetch: send, bounds };
  const socket: SocketOptions = { url, token, webSocket: options.webSocket };

  return {
    url,
    async request<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      return (await sendOperation({ ...sending, signal }, bodyOf(operation, variables))) as Result;
    },
    async perform<Result, Variables extends KeyedVariables>(
      operation: Operation<Result, Variables>,
      variables: Variables,
      patience: Patience = {},
    ) {
      // Written once, so that each repetition is the same call.
      const body = bodyOf(operation, variables);
      const { idempotencyKey } = variables.input;
      const leaving = anySignal(signal, patience.signal);
      let attempts = 0;
      try {
        return await repeatCall(
          {
            lost: lossOf,
            async send() {
              attempts += 1;
              return (await sendOperation({ ...sending, signal: leaving }, body)) as Result;
            },
          },
          { ...patience, signal: leaving },
        );
      } catch (error) {
        throw lossOf(error) === null ? error : new AnswerLost(idempotencyKey, error as LedgerFault, attempts);
      }
    },
    subscribe<Result, Variables>(
      operation: Operation<Result, Variables>,
      variables: Variables,
      leaving?: AbortSignal,
    ) {
      const subscription = { query: operation.toString(), variables, signal: anySignal(signal, leaving) };
      return subscribeOverSocket(socket, subscription) as AsyncGenerator<Result, void, void>;
    },
    follow<Message extends FollowedMessage>(following: FollowHistoryOptions<Message>) {
      const leaving = anySignal(signal, following.signal);
      return followHistory<Message>({ ...socket, fetch: send }, { ...following, signal: leaving });
    },
    followBacklog<Message extends FollowedMessage>(following: FollowBacklogOptions<Message> = {}) {
      const leaving = anySignal(signal, following.signal);
      return followBacklog<Message>({ ...socket, fetch: send }, { ...following, signal: leaving });
    },
  };
}

function bodyOf<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): string {
  return JSON.stringify({ query: operation.toString(), variables });
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
