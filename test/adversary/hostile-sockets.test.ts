import { afterEach, describe, expect, test, vi } from 'vitest';
import { follow } from '../../src/monitor/follow.ts';
import {
  SOCKETS,
  type SocketImpostor,
  type SocketName,
  socketImpostor,
  talker,
  UPGRADES,
} from '../harness/hostile-sockets.ts';

const TOKEN = `cutter_${'t'.repeat(43)}`;
const open: SocketImpostor[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** The name of the error, and its sentence. */
const REFUSALS: Readonly<Record<SocketName, readonly [string, RegExp]>> = {
  'no greeting': ['silence', /told nothing\. Nothing came/],
  'a greeting and nothing else': ['silence', /told nothing\. Nothing came/],
  bytes: ['malformed', /^This is no stream of a ledger: something came over the socket/],
  'a page': ['malformed', /^This is no stream of a ledger: something came over the socket/],
  'JSON of another protocol': ['malformed', /^This is no stream of a ledger: something came over the socket/],
  'a list': ['malformed', /^This is no stream of a ledger: something came over the socket/],
  'brackets without end': ['malformed', /^This is no stream of a ledger: something came over the socket/],
  'a message before its greeting': [
    'malformed',
    /^This is no stream of a ledger: something came over the socket/,
  ],
  'two greetings': ['malformed', /^This is no stream of a ledger: the connection was acknowledged twice\.$/],
  'messages for somebody else': [
    'malformed',
    /^This is no stream of a ledger: something came over the socket/,
  ],
  'a message of nothing': ['malformed', /^A message of the stream can't be read: it names no type\.$/],
  'a frame beyond every bound': [
    'malformed',
    /^This is no stream of a ledger: a message of more than 25165824 bytes came\.$/,
  ],
  'questions without end': ['silence', /told nothing\. Nothing came/],
  'an end, again and again': ['silence', /told nothing\. The stream was completed\.$/],
  'a goodbye, again and again': ['silence', /told nothing\. The connection ended with code 1000/],
  'a token that it does not know': [
    'StreamDenied',
    /^The ledger ended the connection with code 4403: No: \(a token\)$/,
  ],
  'an error with the token in it': ['StreamDenied', /^History can't be followed: \[2J\(a token\)$/],
  'a door that is another one': [
    'StreamDenied',
    /^No stream of a ledger is to be had at this address: it answered 404\.$/,
  ],
  'another address': [
    'StreamDenied',
    /^No stream of a ledger is to be had at this address: it answered 302\.$/,
  ],
  'a page instead of a socket': [
    'StreamDenied',
    /^No stream of a ledger is to be had at this address: it answered 200\.$/,
  ],
  'a key that is not ours': ['silence', /told nothing\. The connection broke \(.*\)\.$/],
  'no HTTP': ['silence', /told nothing\. The connection broke \(.*\)\.$/],
};

describe('what is no ledger is not followed, and the follower says why', () => {
  test.each([...Object.keys(SOCKETS), ...Object.keys(UPGRADES)] as SocketName[])('%s', async (name) => {
    const stranger = await socketImpostor(name);
    open.push(stranger);
    const [fault, sentence] = REFUSALS[name];
    const patienceMs = fault === 'silence' ? 600 : 600_000;
    const ended = follow({ url: stranger.url, token: TOKEN, keys: () => [], patienceMs })
      [Symbol.asyncIterator]()
      .next();
    const error = await ended.then(
      () => Object.assign(new Error('It was believed.'), { fault: undefined }),
      (reason: Error & { fault?: string }) => reason,
    );
    expect([error.fault ?? error.name, error.message]).toEqual([fault, expect.stringMatching(sentence)]);
    expect(error.message).not.toContain(TOKEN);
    // It comes back ever more slowly: not as often as it is sent away.
    expect(stranger.connections).toBeLessThan(8);
  });
});

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
        entryVersionAfter: 'marked',
        changeKind: 'mark',
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
  const working = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const follower = follow({
    url: flooding.url,
    token: TOKEN,
    keys: () => [],
    bodies: async () => {
      begun.resolve();
      return working.promise;
    },
  });
  const ended = follower[Symbol.asyncIterator]()
    .next()
    .catch((error: Error) => error);
  await begun.promise;
  // Both sockets hold what they may, and nothing leaves any more.
  let before = -1;
  const stands = () => {
    const same = flooding.told === before;
    before = flooding.told;
    return same;
  };
  await vi.waitUntil(stands, { timeout: 30_000, interval: 300 });
  expect(flooding.told).toBeLessThan(4_000);
  working.resolve('no body');
  expect(await ended).toMatchObject({ name: 'StreamRefused' });
});
