import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDedicated } from '../../src/database/connection.ts';
import { ownerClient } from '../../src/database/owner.ts';
import { readOwnerUrl } from '../../src/database/owner-url.ts';
import { openPools, poolUrls } from '../../src/database/pools.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { CERTIFICATE, closeForwarders, ipv6Port, socketFolder, tlsPort } from '../harness/forwarder.ts';

let database: TestDatabase;
let target: URL;
let folder: string;
let tls: number;
let ipv6: number;

beforeAll(async () => {
  database = await testDatabase();
  target = new URL(database.ownerUrl);
  folder = await socketFolder(target);
  tls = await tlsPort(target);
  ipv6 = await ipv6Port(target);
});
afterAll(async () => {
  await database.close();
  await closeForwarders();
});

/** The parts of the URL of the tests' PostgreSQL, escaped as they are there. */
const parts = () => {
  const { username, password, pathname } = target;
  return { user: username, password, db: pathname.slice(1), folder: encodeURIComponent(folder) };
};

const FORMS: readonly (readonly [string, () => string])[] = [
  [
    'a socket behind the question mark',
    () => `postgres:///${parts().db}?host=${folder}&user=${parts().user}&password=${parts().password}`,
  ],
  [
    'a socket and a user before no host',
    () => `postgresql://${parts().user}:${parts().password}@/${parts().db}?host=${folder}`,
  ],
  [
    'an escaped socket',
    () => `postgresql://${parts().user}:${parts().password}@${parts().folder}/${parts().db}`,
  ],
  [
    'an escaped socket and ?user=',
    () => `postgresql://${parts().folder}/${parts().db}?user=${parts().user}&password=${parts().password}`,
  ],
  [
    '?user= over another user',
    () => `postgres://nobody:${parts().password}@${target.host}/${parts().db}?user=${parts().user}`,
  ],
  [
    'everything behind the question mark',
    () =>
      `postgres://?host=${target.hostname}&port=${target.port}&user=${parts().user}&password=${parts().password}&dbname=${parts().db}`,
  ],
  ['an address of IPv6', () => `postgres://${parts().user}:${parts().password}@[::1]:${ipv6}/${parts().db}`],
  [
    'encryption that is verified',
    () =>
      `postgres://${parts().user}:${parts().password}@localhost:${tls}/${parts().db}?sslmode=verify-full&sslrootcert=${CERTIFICATE}`,
  ],
  [
    'sslmode=require',
    () =>
      `postgres://${parts().user}:${parts().password}@localhost:${tls}/${parts().db}?sslmode=require&sslrootcert=${CERTIFICATE}`,
  ],
  [
    'encryption that is not verified',
    () => `postgres://${parts().user}:${parts().password}@localhost:${tls}/${parts().db}?sslmode=no-verify`,
  ],
];

test.each(FORMS)('%s: owner and every login connect, each as itself', async (_name, form) => {
  const { url, faults } = readOwnerUrl(form());
  expect(faults).toEqual([]);
  const owner = ownerClient(url as string, 'test');
  await owner.connect();
  const { rows } = await owner.query('select current_user as name, current_database() as db');
  await owner.end();
  expect(rows).toEqual([{ name: decodeURIComponent(parts().user), db: parts().db }]);
  const urls = poolUrls(url as string, database.secrets);
  // Each pool and the integrator's connection assert their login, and fail otherwise.
  const pools = await openPools(urls);
  await pools.close();
  const listens = await openDedicated(urls.observe, 'cutter_observe', () => {});
  await listens.close();
});

describe('encryption', () => {
  const at = (more: string) =>
    readOwnerUrl(`postgres://${parts().user}:${parts().password}@localhost:${tls}/${parts().db}${more}`)
      .url as string;

  test('of a server that nobody vouches for is refused, by pools as by the owner', async () => {
    const owner = ownerClient(at('?sslmode=require'), 'test');
    await expect(owner.connect()).rejects.toThrow(/self-signed certificate/);
    await expect(openPools(poolUrls(at('?sslmode=require'), database.secrets))).rejects.toThrow(
      /self-signed certificate/,
    );
  });

  test('without it nothing is sent where the server wants it', async () => {
    await expect(openPools(poolUrls(at(''), database.secrets))).rejects.toThrow();
  });
});
