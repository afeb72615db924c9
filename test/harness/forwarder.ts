/** Other ways to the PostgreSQL of the tests: by a socket in a folder, by IPv6, or encrypted. */
import { mkdtempSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

const TLS_FOLDER = join(import.meta.dirname, '..', 'fixtures', 'tls');
/** Signs itself, for `localhost`. */
export const CERTIFICATE = join(TLS_FOLDER, 'certificate.pem');

const servers: net.Server[] = [];

export async function closeForwarders(): Promise<void> {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
}

/** A folder with a socket named as PostgreSQL names its own for this port. */
export async function socketFolder(target: URL, port = 5432): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cutter-socket-'));
  await listening({ path: join(folder, `.s.PGSQL.${port}`) }, (client) => forward(client, target));
  return folder;
}

/** A port of the loopback address of IPv6. */
export async function ipv6Port(target: URL): Promise<number> {
  return await listening({ host: '::1', port: 0 }, (client) => forward(client, target));
}

/** A port at which a client may ask for encryption, and is refused without. */
export async function tlsPort(target: URL): Promise<number> {
  const key = readFileSync(join(TLS_FOLDER, 'key.pem'));
  const cert = readFileSync(CERTIFICATE);
  return await listening({ host: 'localhost', port: 0 }, (client) => {
    client.once('data', (asked: Buffer) => {
      if (asked.length !== 8 || asked.readInt32BE(4) !== SSL_REQUEST) return client.destroy();
      client.write('S');
      return forward(new TLSSocket(client, { isServer: true, key, cert }), target);
    });
  });
}

/** What a client of PostgreSQL sends first to ask for encryption. */
const SSL_REQUEST = 80_877_103;

function forward(client: net.Socket, { hostname, port }: URL): void {
  const server = net.connect(Number(port), hostname);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
  client.pipe(server).pipe(client);
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
}

async function listening(at: net.ListenOptions, serve: (client: net.Socket) => void): Promise<number> {
  const server = net.createServer((client) => {
    client.on('error', () => client.destroy());
    serve(client);
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
