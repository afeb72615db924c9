import { beforeAll, describe, expect, test } from 'vitest';
import { Forwarding } from '../../../src/doors/address.ts';
import { type DoorServer, doorServer, openSocket } from '../../harness/doors.ts';
import { askBytes } from '../../harness/raw-http.ts';

const PROXY = '10.1.1.1';
const forwarding = new Forwarding(['10.0.0.0/8']);
const seen = (headers: Record<string, string>, remoteAddress = PROXY) =>
  forwarding.of({ socket: { remoteAddress }, headers } as never);

describe('what a proxy says of a caller', () => {
  test.each([
    ['X-Forwarded-For', { 'x-forwarded-for': '203.0.113.7' }],
    ['with a port', { 'x-forwarded-for': '203.0.113.7:4711' }],
    ['behind another proxy', { 'x-forwarded-for': '203.0.113.7, 10.2.2.2' }],
    ['behind a lie', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }],
    ['Forwarded', { forwarded: 'for=203.0.113.7;proto=https;host=ledger.example' }],
    ['Forwarded, quoted', { forwarded: 'For="203.0.113.7:4711"' }],
    ['Forwarded, of two proxies', { forwarded: 'for=203.0.113.7 , for=10.2.2.2;by=10.1.1.1' }],
    ['Forwarded, behind a lie', { forwarded: 'for=198.51.100.1, for=203.0.113.7' }],
    ['both, agreeing', { 'x-forwarded-for': '203.0.113.7', forwarded: 'for="203.0.113.7"' }],
  ])('%s', (_name, headers) => {
    expect(seen(headers).address).toBe('203.0.113.7');
  });

  test('IPv6 is counted by its network', () => {
    for (const headers of [
      { 'x-forwarded-for': '2001:db8::7' },
      { 'x-forwarded-for': '[2001:db8::7]:4711' },
      { forwarded: 'for="[2001:db8::7]:4711"' },
    ])
      expect(seen(headers).address).toBe('2001:db8:0:0::/64');
  });

  test('where it hides the caller, the proxy is counted', () => {
    for (const forwarded of ['for=unknown', 'for=_hidden', 'proto=https'])
      expect(seen({ forwarded }).address).toBe(PROXY);
  });

  test('from anybody else it says nothing', () => {
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'a', 'x-forwarded-proto': 'https' },
      { forwarded: 'for=203.0.113.7;host=a;proto=https' },
      { forwarded: '"' },
    ])
      expect(seen(headers, '192.0.2.1')).toEqual({ address: '192.0.2.1', hosts: [], protocol: null });
  });

  test('name and protocol come either way', () => {
    const said = { address: '203.0.113.7', hosts: ['ledger.example'], protocol: 'https' };
    expect(seen({ forwarded: 'for=203.0.113.7;PROTO=HTTPS;host="ledger.example"' })).toEqual(said);
    expect(
      seen({
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'ledger.example',
      }),
    ).toEqual(said);
  });

  test.each([
    ['two that differ', { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=198.51.100.1' }],
    ['two hosts that differ', { 'x-forwarded-host': 'a', forwarded: 'host=b' }],
    ['an open quote', { forwarded: 'for="203.0.113.7' }],
    ['no pair', { forwarded: 'for' }],
    ['nothing', { forwarded: '' }],
    ['a comma at the end', { forwarded: 'for=203.0.113.7,' }],
  ])('refused: %s', (_name, headers) => {
    expect(() => seen(headers)).toThrow(/proxy must remove/);
  });
});

let doors: DoorServer;
let behind: DoorServer;

beforeAll(async () => {
  const names = { hosts: ['ledger.example'], origins: [] };
  behind = await doorServer({ names, proxies: ['127.0.0.1'], limits: { failedTokens: 2 } });
  doors = await doorServer({ names, database: behind.database });
});

function ask(server: DoorServer, headers: Record<string, string>, token = server.token) {
  return askBytes(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: '{"query":"{ defect }"}',
  });
}

describe('behind a proxy', () => {
  const wrong = 'A'.repeat(43);

  test('failed tokens are counted for the caller, and not for all who come by the proxy', async () => {
    const guesser = { 'x-forwarded-for': '203.0.113.7' };
    const statuses: number[] = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await ask(behind, guesser, wrong)).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect((await ask(behind, { forwarded: 'for=203.0.113.8' }, wrong)).status).toBe(401);
  });

  test('the log has the caller’s address', async () => {
    await ask(behind, { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'behind' });
    const line = behind.logged
      .map((text) => JSON.parse(text))
      .find(({ requestId }) => requestId === 'behind');
    expect(line.address).toBe('203.0.113.9');
  });

  test('the name that the caller used is judged, also where the proxy writes its own in Host', async () => {
    expect((await ask(behind, { 'x-forwarded-host': 'ledger.example' })).status).toBe(200);
    expect((await ask(behind, { forwarded: 'host="ledger.example"' })).status).toBe(200);
    for (const headers of [
      { 'x-forwarded-host': 'rebound.example' },
      { forwarded: 'host=rebound.example' },
    ]) {
      const refused = await ask(behind, headers);
      expect([refused.status, String(refused.bytes)]).toEqual([
        403,
        expect.stringContaining('FORBIDDEN_HOST'),
      ]);
    }
    await expect(
      openSocket(behind.wsUrl, { headers: { 'x-forwarded-host': 'rebound.example' } }),
    ).rejects.toThrow('403');
  });

  test('its name in front of it doesn’t make a foreign Host ours', async () => {
    const refused = await ask(behind, { host: 'rebound.example', 'x-forwarded-host': 'ledger.example' });
    expect(refused.status).toBe(403);
  });

  test('a page that came unencrypted isn’t the encrypted one', async () => {
    const encrypted = { 'x-forwarded-host': 'ledger.example', 'x-forwarded-proto': 'https' };
    expect((await ask(behind, { ...encrypted, origin: 'https://ledger.example' })).status).toBe(200);
    expect((await ask(behind, { ...encrypted, origin: 'http://ledger.example' })).status).toBe(403);
    const socket = await openSocket(behind.wsUrl, { headers: encrypted, origin: 'https://ledger.example' });
    socket.socket.terminate();
    await expect(
      openSocket(behind.wsUrl, { headers: encrypted, origin: 'http://ledger.example' }),
    ).rejects.toThrow('403');
  });

  test('two headers that disagree are refused over both doors', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=198.51.100.1' };
    const refused = await ask(behind, headers);
    expect([refused.status, String(refused.bytes)]).toEqual([400, expect.stringContaining('BAD_FORWARDING')]);
    await expect(openSocket(behind.wsUrl, { headers })).rejects.toThrow('400');
  });
});

test('a caller who is no proxy is not believed', async () => {
  const lies = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'rebound.example', forwarded: '"' };
  expect((await ask(doors, { ...lies, 'x-request-id': 'liar' })).status).toBe(200);
  const line = doors.logged.map((text) => JSON.parse(text)).find(({ requestId }) => requestId === 'liar');
  expect(line.address).toBe('127.0.0.1');
});
