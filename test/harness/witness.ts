/** An outside witness (C2SP tlog-witness), written from the specification without any of the product's code. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import nacl from 'tweetnacl';
import { openNote, rootsByProof } from './stranger.ts';

/** What a dishonest witness does instead of cosigning. It has checked everything like an honest one, and remembers nothing. */
export type Lie = (asked: Asked, response: ServerResponse) => void;

interface Asked {
  readonly text: string;
  readonly size: number;
  /** The line that an honest witness would answer with. */
  readonly line: string;
  sign(text: string, options?: { seed?: Uint8Array; time?: number; name?: string }): string;
}

export interface TestWitness {
  /** As the ledger is configured with it. */
  readonly vkey: string;
  readonly url: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  /** The newest head that it cosigned of each origin. */
  readonly heads: Map<string, { size: number; root: Buffer }>;
  /** Each request: how it ended, the size that it began at, how long the proof was, and the size of its head. */
  readonly requests: { status: number; old: number; proof: number; size: number }[];
  /** The verifier keys of the logs that it trusts. */
  trusted: readonly string[];
  lie: Lie | null;
  close(): Promise<void>;
}

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

export async function testWitness(name: string, trusted: readonly string[]): Promise<TestWitness> {
  const seed = randomBytes(32);
  const { publicKey } = nacl.sign.keyPair.fromSeed(seed);
  const keyHash = (of: string, key: Uint8Array) =>
    sha256(Buffer.from(`${of}\n`), Buffer.of(4), key).subarray(0, 4);
  const witness: TestWitness = {
    name,
    publicKey,
    vkey: `${name}+${keyHash(name, publicKey).toString('hex')}+${Buffer.concat([Buffer.of(4), publicKey]).toString('base64')}`,
    url: '',
    heads: new Map(),
    requests: [],
    trusted,
    lie: null,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const sign: Asked['sign'] = (text, options = {}) => {
    const time = options.time ?? Math.floor(Date.now() / 1000);
    const pair = nacl.sign.keyPair.fromSeed(options.seed ?? seed);
    const signature = nacl.sign.detached(
      Buffer.from(`cosignature/v1\ntime ${time}\n${text}`),
      pair.secretKey,
    );
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const under = options.name ?? name;
    const bytes = Buffer.concat([keyHash(under, pair.publicKey), stamp, signature]);
    return `— ${under} ${bytes.toString('base64')}\n`;
  };
  const server = createServer((request, response) => {
    readBody(request).then((body) => answer(witness, sign, request, body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/witness`;
  return Object.assign(witness, { url });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Judged {
  readonly status: number;
  readonly seen: { readonly old: number; readonly proof: number; readonly size: number };
  /** What the witness knows; only of a conflict. */
  readonly known?: number;
  /** The head, where there is nothing against cosigning it. */
  readonly head?: { readonly origin: string; readonly text: string; readonly root: Buffer };
}

function judge(witness: TestWitness, body: string): Judged {
  const unseen = { old: -1, proof: -1, size: -1 };
  const [, old, lines, note] = /^old (0|[1-9]\d*)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([\s\S]+)$/.exec(body) ?? [];
  if (old === undefined || lines === undefined || note === undefined) return { status: 400, seen: unseen };
  const proof = lines.split('\n').slice(0, -1);
  const { origin, size, root, signedBy } = openNote(note, witness.trusted);
  const seen = { old: Number(old), proof: proof.length, size };
  if (witness.trusted.every((vkey) => !vkey.startsWith(`${origin}/`))) return { status: 404, seen };
  if (signedBy.length === 0) return { status: 403, seen };
  if (seen.old > size || proof.length > 63) return { status: 400, seen };
  const last = witness.heads.get(origin) ?? { size: 0, root: sha256() };
  if (seen.old !== last.size || (last.size === size && !last.root.equals(root)))
    return { status: 409, seen, known: last.size };
  const hashes = proof.map((line) => Buffer.from(line, 'base64'));
  const roots = last.size === 0 ? null : rootsByProof(last.size, size, last.root, hashes);
  const continued =
    roots === null ? proof.length === 0 : roots.old.equals(last.root) && roots.new.equals(root);
  if (!continued || (roots === null && last.size > 0)) return { status: 422, seen };
  return { status: 200, seen, head: { origin, root, text: note.slice(0, note.indexOf('\n\n') + 1) } };
}

function answer(
  witness: TestWitness,
  sign: Asked['sign'],
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const rightPlace = request.method === 'POST' && request.url === '/witness/add-checkpoint';
  const { status, seen, known, head } = judge(witness, rightPlace ? body : '');
  witness.requests.push({ status, ...seen });
  if (known !== undefined)
    response.writeHead(status, { 'content-type': 'text/x.tlog.size' }).end(`${known}\n`);
  else if (head === undefined) response.writeHead(status).end();
  else if (witness.lie !== null)
    witness.lie({ text: head.text, size: seen.size, line: sign(head.text), sign }, response);
  else {
    witness.heads.set(head.origin, { size: seen.size, root: head.root });
    response.end(sign(head.text));
  }
}

/** Whether a signature line is this witness's, over the text and at the time that it says; null where it isn't. */
export function cosignedAt(
  line: string,
  text: string,
  { name, publicKey }: Pick<TestWitness, 'name' | 'publicKey'>,
): number | null {
  const [, of, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const hash = sha256(Buffer.from(`${name}\n`), Buffer.of(4), publicKey).subarray(0, 4);
  if (of !== name || bytes.length !== 76 || !hash.equals(bytes.subarray(0, 4))) return null;
  const time = Number(bytes.readBigUInt64BE(4));
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  return nacl.sign.detached.verify(message, bytes.subarray(12), publicKey) ? time : null;
}
