/**
 * graphql-transport-ws as graphql-ws speaks it: who connects, what each operation may do, and how results are
 * written.
 */
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { Unauthenticated } from '../../auth/authenticate.ts';
import { isAway, outageOf, outageSentence } from '../../database/outage.ts';
import { type Admission, TooMany } from '../bounds/admission.ts';
import type { Limits } from '../bounds/limits.ts';
import { publicError, streamedText } from '../errors.ts';
import { type Graphql, OperationFaults } from '../graphql.ts';
import { putBack } from '../long-texts.ts';
import { closeReason } from '../messages.ts';
import type { OperationParams } from '../operation.ts';
import { DoorRefusal, largeForNothing, operationRefusal, unauthenticatedError } from '../refuse.ts';
import { requestIdNow } from '../web/call.ts';
import type { SocketState } from './connection.ts';
import { openingOf, WRITTEN } from './written-frames.ts';

const TRY_AGAIN_LATER = 1013;

interface ProtocolDeps {
  readonly graphql: Graphql;
  readonly admission: Admission;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** What an operation holds while it runs: its turn among the calls of its token, and its place among subscriptions. */
interface Held {
  readonly leave: () => void;
  readonly onEnd: () => void;
}

/** The protocol of graphql-ws, with one question to the token for the connection and one for each operation. */
export function speakGraphql({ graphql, admission, limits, logger }: ProtocolDeps) {
  const held = new WeakMap<ExecutionArgs, Held>();

  /** Runs what was prepared, and gives the turn back when it has begun to answer. */
  async function run(args: ExecutionArgs) {
    const { leave, onEnd } = held.get(args) as Held;
    try {
      return await graphql.run(args, onEnd);
    } finally {
      leave();
    }
  }

  async function prepare(
    { address, texts, socket }: Pick<SocketState, 'address' | 'texts' | 'socket'>,
    authorization: unknown,
    params: OperationParams,
  ): Promise<ExecutionArgs> {
    const leave = await admission.takeTurn(authorization);
    try {
      const session = await admission.identify(address, authorization);
      admission.countCall(session);
      const named = graphql.withDocument(params) as OperationParams;
      if (texts !== null && !graphql.isRegistration(named)) throw largeForNothing(limits);
      const whole = texts === null ? named : withTexts(named, texts);
      const args = await graphql.prepare({ session, isGone: () => socket.readyState !== socket.OPEN }, whole);
      const onEnd = graphql.isSubscription(args)
        ? admission.hold(session.principalId, 'subscriptions')
        : () => {};
      held.set(args, { leave, onEnd });
      return args;
    } catch (error) {
      leave();
      throw error;
    }
  }

  return makeServer<{ authorization?: unknown }, SocketState>({
    connectionInitWaitTimeout: limits.socketInitMs,
    async onConnect({ connectionParams, extra }) {
      try {
        const session = await extra.inbox.prepare(() =>
          admission.identify(extra.address, connectionParams?.authorization),
        );
        const giveBack = admission.hold(session.principalId, 'sockets');
        extra.giveBack();
        extra.giveBack = giveBack;
        extra.session = session;
        // The client may have left during the look-up.
        if (extra.socket.readyState !== extra.socket.OPEN) giveBack();
        return true;
      } catch (error) {
        const outage = outageOf(error);
        if (outage !== null) {
          // Not 4500: clients don't reconnect by themselves after it.
          extra.socket.close(TRY_AGAIN_LATER, closeReason(outageSentence(outage)));
          return false;
        }
        if (error instanceof TooMany) {
          extra.socket.close(CloseCode.TooManyInitialisationRequests, closeReason(error.message));
          return false;
        }
        if (!(error instanceof Unauthenticated)) throw error;
        // 4401: no token was sent, or it is malformed. 4403: the token isn't valid.
        const unsaid = error.reason === 'missing' || error.reason === 'malformed';
        extra.socket.close(unsaid ? CloseCode.Unauthorized : CloseCode.Forbidden, closeReason(error.message));
        return false;
      }
    },
    async onSubscribe({ connectionParams, subscriptions, extra }, _id, params) {
      const { address, texts, socket } = extra;
      if (Object.keys(subscriptions).length > limits.socketOperations) {
        return [
          operationRefusal(
            'TOO_MANY_OPERATIONS',
            `A socket carries at most ${limits.socketOperations} operations at a time.`,
          ),
        ];
      }
      try {
        return await extra.inbox.prepare(() =>
          prepare({ address, texts, socket }, connectionParams?.authorization, params),
        );
      } catch (error) {
        // An error of one operation ends that operation; the socket and its other operations go on.
        if (error instanceof OperationFaults) return [...error.errors];
        if (error instanceof GraphQLError) return [error];
        if (error instanceof Unauthenticated) return [unauthenticatedError(error)];
        if (error instanceof DoorRefusal) return [doorError(error)];
        const outage = outageOf(error);
        logger[isAway(error) ? 'warn' : 'error']({ err: error }, 'an operation could not be prepared');
        return [
          new GraphQLError(outageSentence(outage ?? 'away'), {
            extensions: { code: 'UNAVAILABLE', ...requestIdNow() },
          }),
        ];
      }
    },
    execute: (args) => run(args) as never,
    subscribe: (args) => run(args) as never,
    onError: (_context, _id, _params, errors) => errors.map((error) => publicError(error)),
    // The text is made here, once for all readers, as every other door makes it. The protocol frames a placeholder.
    onNext({ extra }, id, _params, _args, result) {
      extra.written.set(openingOf(id), streamedText(result as ExecutionResult));
      return WRITTEN as never;
    },
  });
}

/** The parameters with the long texts in their variables. */
function withTexts(params: OperationParams, texts: ReadonlyMap<string, string>): OperationParams {
  return { ...params, variables: putBack(params.variables, texts) as OperationParams['variables'] };
}

function doorError(refusal: DoorRefusal): GraphQLError {
  const more = refusal instanceof TooMany ? { retryAfterSeconds: refusal.retryAfterSeconds } : {};
  return operationRefusal(refusal.code, refusal.message, more);
}
