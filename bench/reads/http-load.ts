/** Asks a server over connections that stay open, with as little work of its own as can be. */
import net from 'node:net';

export interface Load {
  /** How many answers a second come, with so many requests under way. */
  perSecond(
    ask: (n: number) => object,
    options: { width: number; seconds: number; most: number },
  ): Promise<number>;
  /** The body of one answer. */
  answer(body: object): Promise<string>;
}

export function loadOf(url: string, token: string | null): Load {
  const { hostname, port, pathname, host } = new URL(url);
  const authorization = token === null ? '' : `authorization: Bearer ${token}\r\n`;
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json\r\n${authorization}`;
  const requestOf = (body: object): string => {
    const text = JSON.stringify(body);
    return `${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  };
  const connect = () => new Asker(net.connect({ host: hostname, port: Number(port), noDelay: true }));
  return {
    async perSecond(ask, { width, seconds, most }) {
      const askers = Array.from({ length: width }, connect);
      let count = 0;
      const began = performance.now();
      const until = began + seconds * 1_000;
      const run = async (asker: Asker) => {
        while (performance.now() < until) {
          await asker.ask(requestOf(ask(1 + Math.floor(Math.random() * most))));
          count += 1;
        }
      };
      await Promise.all(askers.map(run));
      const elapsed = performance.now() - began;
      for (const asker of askers) asker.close();
      return (count / elapsed) * 1_000;
    },
    async answer(body) {
      const asker = connect();
      const answer = await asker.ask(requestOf(body));
      asker.close();
      return answer.toString();
    },
  };
}

/** One connection, one request at a time. */
class Asker {
  readonly #socket: net.Socket;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Where the answer ends; null until its head has come. */
  #end: number | null = null;
  #bodyAt = 0;
  #settle: PromiseWithResolvers<Buffer> | null = null;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (piece) => this.#take(piece));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  /** The body of the answer. */
  ask(request: string): Promise<Buffer> {
    this.#settle = Promise.withResolvers<Buffer>();
    this.#socket.write(request);
    return this.#settle.promise;
  }

  close(): void {
    this.#settle = null;
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#end === null) this.#readHead();
    if (this.#end === null || this.#length < this.#end) return;
    // In one piece or several: nothing of it is read but its beginning, so that the load costs little itself.
    const body = Buffer.concat(this.#pieces).subarray(this.#bodyAt);
    this.#pieces = [];
    this.#length = 0;
    this.#end = null;
    if (body.toString('latin1', 0, 9) === '{"errors"')
      this.#settle?.reject(new Error(body.toString('utf8', 0, 500)));
    else this.#settle?.resolve(body);
  }

  #readHead(): void {
    const all = Buffer.concat(this.#pieces);
    const at = all.indexOf('\r\n\r\n');
    if (at < 0) return;
    const length = /^content-length: (\d+)/im.exec(all.toString('latin1', 0, at))?.[1];
    if (length === undefined) throw new Error('An answer without a length.');
    this.#bodyAt = at + 4;
    this.#end = this.#bodyAt + Number(length);
  }
}
