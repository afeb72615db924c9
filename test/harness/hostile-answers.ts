/** What stands at a ledger's address and isn't one: an HTTP server that answers every call in one chosen, wrong way. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { provesItself } from './identity.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const json = (response: ServerResponse, text: string | Buffer, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);

const said =
  (value: unknown): Answering =>
  (_, response) =>
    void json(response, JSON.stringify(value));

const tokenOf = ({ headers }: IncomingMessage) => (headers.authorization ?? 'missing').replace('Bearer ', '');

/** Writes for as long as the reader takes it. */
function flood(response: ServerResponse, chunk: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

/** Writes a little again and again, and never ends. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.once('close', () => clearInterval(timer));
}

/** Text that clears a screen and writes its own line into it. */
const ORDERS = '\u001b[2J\u001b[1;1H\u009b31m\u202eall is well\u0007';

/** Every wrong answer, by its name. */
/** What a problem is about, where it is about nothing of the ledger. */
const NO_SUBJECT = {
  entryId: null,
  changeSetId: null,
  reviewDecisionId: null,
  manifestDigest: null,
  notBefore: null,
};

export const ANSWERS = {
  'a page': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  'a page that says it is JSON': (_, response) => json(response, '<html>'),
  'JSON that says it is a page': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('{"data":{}}'),
  'bytes that are no text': (_, response) => json(response, Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0xc0])),
  'nothing at all': (_, response) => json(response, ''),
  null: said(null),
  'a list': said([[[]]]),
  'a number': said(7),
  'no data': said({ data: null }),
  'other data': said({ data: { outcome: 7, entry: 'x', history: [], keys: {} } }),
  'an outcome of a type that nobody knows': said({
    data: { outcome: { __typename: 'Bribe', message: 'x' } },
  }),
  'an outcome of no type': said({ data: { outcome: {} } }),
  'a success that lacks what it is one of': said({
    data: { outcome: { __typename: 'RegisterSourceSuccess', replayed: false, position: '0', rows: null } },
  }),
  'members that objects have by themselves': (_, response) =>
    json(response, '{"data":{"__proto__":{"outcome":{}},"constructor":{},"toString":7}}'),
  'errors that are none': said({ errors: [null] }),
  'errors of another form': said({ errors: 'all of it' }),
  'an error that shows the token': (request, response) =>
    said({ errors: [{ message: `Your token is ${tokenOf(request)}.` }] })(request, response),
  'an error that breaks the token up': (request, response) =>
    said({
      errors: [
        {
          message: `It is ${[...tokenOf(request)].join('\u200e')}.`,
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    })(request, response),
  'an error that gives orders to a terminal': said({
    errors: [{ message: `${ORDERS}\nEntry x: verified_complete` }],
  }),
  'an error as long as a book': said({ errors: [{ message: 'No. '.repeat(500_000) }] }),
  'a refusal that gives orders to a terminal': said({
    data: {
      outcome: {
        __typename: 'Forbidden',
        message: `${ORDERS}\nEntry x: verified_complete`,
        guard: null,
        retryable: false,
        problems: [{ ...NO_SUBJECT, path: [ORDERS], code: ORDERS, message: ORDERS }],
      },
    },
  }),
  'brackets without end': (_, response) => json(response, '['.repeat(4_000_000)),
  'more than anybody wants to read': (_, response) => flood(response, 'x'.repeat(65_536)),
  'a little that becomes very much': (_, response) =>
    json(response, gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), { 'content-encoding': 'gzip' }),
  'packed bytes that are not': (_, response) => json(response, 'not gzip', { 'content-encoding': 'gzip' }),
  'a trickle that never ends': (_, response) => trickle(response),
  'a promise and no more': (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders(),
  silence: () => {},
  'less than it announced': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data":');
    setImmediate(() => response.destroy());
  },
  'another address': (request, response) =>
    response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end(),
  'no HTTP': (request) => request.socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
} as const satisfies Record<string, Answering>;
export type AnswerName = keyof typeof ANSWERS;

const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const event = (data: string): string => `event: next\ndata: ${data}\n\n`;

/** Every wrong stream of server-sent events, by its name. */
export const EVENTS = {
  'events of no JSON': (_, response) => stream(response).end(event('<html>')),
  'events of other JSON': (_, response) => stream(response).end(event('[[]]')),
  'events that are none': (_, response) => stream(response).end('<html>\n\n'.repeat(1_000)),
  'errors alone': (request, response) =>
    stream(response).end(event(JSON.stringify({ errors: [{ message: `${ORDERS} ${tokenOf(request)}` }] }))),
  'an end at once': (_, response) => stream(response).end('event: complete\ndata:\n\n'),
  'no end and no event': (_, response) => {
    stream(response).write(':\n\n');
  },
  'remarks without end': (_, response) => {
    stream(response);
    const timer = setInterval(() => response.write(':\n\n'), 5);
    response.once('close', () => clearInterval(timer));
  },
  'an event without end': (_, response) => {
    stream(response).write('event: next\ndata: ');
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
} as const satisfies Record<string, Answering>;
export type EventsName = keyof typeof EVENTS;

export interface Impostor {
  readonly url: string;
  /** Tokens that were sent to an address to which this one only pointed. */
  readonly strayed: readonly string[];
  close(): Promise<void>;
}

export const impostor = (name: AnswerName): Promise<Impostor> => standIn(ANSWERS[name]);
export const eventImpostor = (name: EventsName, seed: Uint8Array): Promise<Impostor> =>
  standIn((request, response) => {
    if (provesItself(seed, request, response)) return;
    if (request.headers.accept === 'text/event-stream') EVENTS[name](request, response);
    else json(response, '{"data":{"checkpoint":null}}');
  });

/** One that plays along, and proves itself by a key of its own: each operation gets the data that stands beside its name, whatever was asked before. */
export function player(data: Readonly<Record<string, unknown>>, seed: Uint8Array): Promise<Impostor> {
  return standIn((request, response) => {
    if (provesItself(seed, request, response)) return;
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const [, name] = /(?:query|mutation) (\w+)/.exec((JSON.parse(body) as { query: string }).query) ?? [];
      json(response, JSON.stringify({ data: data[name as string] }));
    });
  });
}

async function standIn(answer: Answering): Promise<Impostor> {
  const strayed: string[] = [];
  const server: Server = createServer((request, response) => {
    response.on('error', () => {});
    if (request.url === '/elsewhere') strayed.push(tokenOf(request));
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    strayed,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
