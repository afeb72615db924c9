/** A connection pooler before a PostgreSQL, as PgBouncer is one: it lends its few sessions for a transaction, or one to each client. */
import { type AddressInfo, createServer, Socket } from 'node:net';
import pg from 'pg';

export interface Pooler {
  /** The URL of the database behind it. */
  readonly url: string;
  close(): Promise<void>;
}

interface Session {
  readonly socket: Socket;
  readonly client: pg.Client;
}

const SSL_REQUEST = 80_877_103;

/** `directUrl` has the user and the password of the sessions behind it; whoever comes gets those. */
export async function startPooler(
  directUrl: string,
  { mode, sessions }: { readonly mode: 'transaction' | 'session'; readonly sessions: number },
): Promise<Pooler> {
  const all: Session[] = [];
  const free: Session[] = [];
  const waiting: ((session: Session) => void)[] = [];
  const clients = new Set<Socket>();
  const take = async (): Promise<Session> => {
    const ready = free.pop();
    if (ready !== undefined) return ready;
    if (all.length >= sessions) return await new Promise((resolve) => waiting.push(resolve));
    const made = newSession(directUrl);
    all.push(made);
    await made.client.connect();
    made.socket.removeAllListeners('data'); // from here on its bytes are the borrower's
    return made;
  };
  const giveBack = (session: Session): void => {
    session.socket.removeAllListeners('data');
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  };
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => clients.delete(socket));
    serve(socket, take, giveBack, mode);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(directUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    async close() {
      for (const client of clients) client.destroy();
      for (const { socket } of all) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function newSession(url: string): Session {
  const socket = new Socket();
  const client = new pg.Client({ connectionString: url, stream: () => socket });
  client.on('error', () => {});
  return { socket, client };
}

function serve(
  socket: Socket,
  take: () => Promise<Session>,
  giveBack: (session: Session) => void,
  mode: 'transaction' | 'session',
): void {
  let isIn = false;
  let session: Promise<Session> | null = null;
  const borrow = async (): Promise<Session> => {
    const taken = await take();
    let held = Buffer.alloc(0);
    taken.socket.on('data', (bytes: Buffer) => {
      socket.write(bytes);
      held = Buffer.concat([held, bytes]);
      let isAtRest = false;
      for (
        ;
        held.length >= 5 && held.length > held.readUInt32BE(1);
        held = held.subarray(held.readUInt32BE(1) + 1)
      )
        isAtRest = held[0] === 0x5a && held[5] === 0x49; // ready for a query, and in no transaction
      if (mode === 'session' || !isAtRest || held.length > 0) return;
      session = null;
      giveBack(taken);
    });
    return taken;
  };
  let pending = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    if (!isIn) {
      if (pending.length < 8 || pending.length < pending.readUInt32BE(0)) return;
      const code = pending.readUInt32BE(4);
      pending = pending.subarray(pending.readUInt32BE(0));
      if (code === SSL_REQUEST) return void socket.write('N');
      isIn = true;
      socket.write(welcome());
    }
    if (pending.length === 0) return;
    if (pending[0] === 0x58) return void socket.end(); // the client's goodbye isn't the session's
    const said = pending;
    pending = Buffer.alloc(0);
    session ??= borrow();
    void session.then((taken) => taken.socket.write(said));
  });
  socket.on('close', () => {
    void session?.then((taken) => {
      session = null;
      giveBack(taken);
    });
  });
}

/** The login is good, the server is 18, its key is the pooler's own, and it waits for a query. */
function welcome(): Buffer {
  const message = (kind: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(kind), length, body]);
  };
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('S', Buffer.from('server_version\u000018.0\0')),
    message('K', Buffer.from([0, 0, 1, 1, 2, 2, 3, 3])),
    message('Z', Buffer.from('I')),
  ]);
}
