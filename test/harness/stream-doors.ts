import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A subscription as a client opens it, over WebSocket or as server-sent events: the same messages, and a reader that can pause. */
export interface Stream<Message> {
  readonly messages: AsyncIterable<Message>;
  /** From now on nothing more is read from the connection. */
  pause(): void;
  resume(): void;
  leave(): void;
}

export type Door = 'websocket' | 'events';

export interface Subscription {
  readonly url: string;
  readonly token: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** The code with which a WebSocket closed. */
  readonly onClosed?: (code: number) => void;
}

/** The root field's values of a subscription; ends with the connection, or throws where that broke. */
export function openStream<Message>(door: Door, subscription: Subscription): Stream<Message> {
  return door === 'websocket' ? openSocketStream(subscription) : openEventStream(subscription);
}

interface Result<Message> {
  readonly data?: Record<string, Message> | null | undefined;
  readonly errors?: unknown;
}

function rootValue<Message>({ data, errors }: Result<Message>): Message {
  if (data == null || errors !== undefined)
    throw new Error(`The stream said: ${JSON.stringify(errors ?? data)}`);
  return Object.values(data)[0] as Message;
}

function openSocketStream<Message>({
  url,
  token,
  query,
  variables,
  onClosed,
}: Subscription): Stream<Message> {
  let socket: WebSocket | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    on: {
      connected: (opened) => {
        socket = opened as WebSocket;
      },
      closed: (event) => onClosed?.((event as { code: number }).code),
    },
  });
  async function* messages() {
    try {
      for await (const result of client.iterate<Record<string, Message>>({ query, variables }))
        yield rootValue<Message>(result);
    } finally {
      await client.dispose();
    }
  }
  return {
    messages: messages(),
    pause: () => socket?.pause(),
    resume: () => socket?.resume(),
    leave: () => {
      socket?.resume(); // a paused one would never hear of its own end
      void client.dispose();
    },
  };
}

function openEventStream<Message>({ url, token, query, variables }: Subscription): Stream<Message> {
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
  };
  const asking = request(url, { method: 'POST', headers, agent: false });
  let goOn = (): void => {};
  let paused = Promise.resolve();

  async function* blocks(response: IncomingMessage) {
    let pending = '';
    for await (const chunk of response.setEncoding('utf8')) {
      await paused;
      const parts = (pending + chunk).split('\n\n');
      pending = parts.pop() as string;
      yield* parts;
    }
  }

  async function* messages() {
    asking.end(JSON.stringify({ query, variables }));
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    try {
      if (response.statusCode !== 200) throw new Error(`The stream was answered with ${response.statusCode}`);
      for await (const block of blocks(response)) {
        const data = /^event: next\ndata: (.*)$/s.exec(block)?.[1];
        if (data !== undefined) yield rootValue<Message>(JSON.parse(data));
        else if (block.startsWith('event: complete')) return;
      }
    } finally {
      response.destroy();
    }
  }
  asking.on('error', () => {}); // told to whoever waits for the response, and nobody else
  return {
    messages: messages(),
    pause: () => {
      paused = new Promise((resolve) => {
        goOn = resolve;
      });
    },
    resume: () => goOn(),
    leave: () => {
      goOn();
      asking.destroy();
    },
  };
}
