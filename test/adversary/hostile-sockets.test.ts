import { afterEach, describe, expect, test, vi } from 'vitest';
import { ConnectionLost, historyMessages } from '../../src/cli/client/history-connection.ts';
import { watchHistory } from '../../src/cli/watch.ts';
import {
  SOCKETS,
  type SocketImpostor,
  type SocketName,
  socketImpostor,
  talker,
  UPGRADES,
} from '../harness/hostile-sockets.ts';
import { OUTLASTS_LIARS_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

const TOKEN = `cutter_${'t'.repeat(43)}`;
const open: SocketImpostor[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const PROTOCOL_BROKEN = /can't be believed: This is no stream of a ledger: something came over the socket/;

/** Those that stay silent for ever; the others end with this sentence. */
const ENDS: Readonly<Record<SocketName, RegExp | 'silence'>> = {
  'no greeting': 'silence',
  'a greeting and nothing else': 'silence',
  bytes: PROTOCOL_BROKEN,
  'a page': PROTOCOL_BROKEN,
  'JSON of another protocol': PROTOCOL_BROKEN,
  'a list': PROTOCOL_BROKEN,
  'brackets without end': PROTOCOL_BROKEN,
  'a message before its greeting': PROTOCOL_BROKEN,
  'two greetings':
    /can't be believed: This is no stream of a ledger: the connection was acknowledged twice\.$/,
  'messages for somebody else': PROTOCOL_BROKEN,
  'a message of nothing': /can't be believed: A message of the stream can't be read: it names no type\.$/,
  'a frame beyond every bound':
    /can't be believed: This is no stream of a ledger: a message of more than 25165824 bytes came\.$/,
  'questions without end': 'silence',
  'an end, again and again': /^The stream of history ended\.$/,
  'a goodbye, again and again': /^The stream of history broke: The connection ended with code 1000/,
  'a token that it does not know': /^The ledger ended the connection with code 4403: No: \(a token\)$/,
  'an error with the token in it': /^History can't be followed: \[2J\(a token\)$/,
  'a door that is another one': /^This address gives no stream of a ledger: it answered 404\.$/,
  'another address': /^This address gives no stream of a ledger: it answered 302\.$/,
  'a page instead of a socket': /^This address gives no stream of a ledger: it answered 200\.$/,
  'a key that is not ours': /^The stream of history broke: The connection broke \(.*\)\.$/,
  'no HTTP': /^The stream of history broke: The connection broke \(.*\)\.$/,
};

describe('what is no ledger is not watched, and the watcher says why', () => {
  const names = [...Object.keys(SOCKETS), ...Object.keys(UPGRADES)] as SocketName[];
  test.each(names.filter((name) => ENDS[name] !== 'silence'))('%s', async (name) => {
    const stranger = await socketImpostor(name);
    open.push(stranger);
    const watch = watchHistory({ url: stranger.url, token: TOKEN });
    const error = await watch.ready.then(
      () => new Error('It was believed.'),
      (reason: Error) => reason,
    );
    await watch.close();
    expect(error.message).toMatch(ENDS[name] as RegExp);
    expect(error.message).not.toContain(TOKEN);
  });

  test.each(names.filter((name) => ENDS[name] === 'silence'))('%s', async (name) => {
    const stranger = await socketImpostor(name);
    open.push(stranger);
    const waited = (waitedMs: number) => {
      if (waitedMs > 600) throw new ConnectionLost('Nothing came.');
    };
    const messages = historyMessages({ ...SUBSCRIPTION, url: stranger.url, waited });
    await expect(messages.next()).rejects.toThrow(ConnectionLost);
  });
});

const SUBSCRIPTION = {
  token: TOKEN,
  query: 'subscription { history { __typename } }',
  variables: {},
};

test('a reader who is at work isn’t sent more than he takes: what comes waits on the other side', async () => {
  const incarnation = '6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144';
  const record = (at: number) => ({
    __typename: 'HistoryEvent',
    cursor: `cursor ${at}`,
    position: String(at),
    recordHash: `sha256:${'0'.repeat(64)}`,
    rows: [
      {
        historyId: 'x'.repeat(8_192),
        entryId: 'e',
        entryVersionBefore: null,
        entryVersionAfter: 'MARKED',
        changeKind: 'MARK',
        changedBy: 'p',
        changedAt: 't',
      },
    ],
  });
  const ready = {
    __typename: 'Ready',
    cursor: 'begin',
    head: '9007199254740991',
    heartbeatMs: 1_000,
    incarnation,
  };
  const flooding = await talker((count) => (count === 0 ? ready : record(count - 1)));
  open.push(flooding);
  const messages = historyMessages({ ...SUBSCRIPTION, url: flooding.url });
  expect((await messages.next()).value).toMatchObject({ __typename: 'Ready' });
  // Both sockets hold what they may, and nothing leaves any more.
  let before = -1;
  const stands = () => {
    const same = flooding.told === before;
    before = flooding.told;
    return same;
  };
  await vi.waitUntil(stands, { timeout: WAITS_FOR_OTHERS_MS, interval: 300 });
  expect(flooding.told).toBeLessThan(4_000);
  expect((await messages.next()).value).toMatchObject({ position: '0' });
  await messages.return();
});
