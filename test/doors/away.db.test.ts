import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type PreparedLedger, prepareLedger } from '../../src/boot/prepare.ts';
import { type Wired, wireServer } from '../../src/boot/wire.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { isAway } from '../../src/database/outage.ts';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { Busy } from '../../src/law/refusals.ts';
import { databaseRefusal } from '../../src/ledger/envelope/constraints.ts';
import { killAll, ownedHome, postgresProcesses } from '../harness/crash-processes.ts';
import { send } from '../harness/doors.ts';
import { homeWithCluster } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const home = homeWithCluster(ownedHome(join(tmpdir(), `cutter-away-${randomUUID()}`)));
const logged: string[] = [];
let embedded: EmbeddedServer;
let prepared: PreparedLedger;
let wired: Wired;
let url: string;

beforeAll(async () => {
  embedded = await startEmbedded({ home, log: () => {} });
  prepared = await prepareLedger({ ownerUrl: embedded.ownerUrl, home, mode: 'rehearsal', report: () => {} });
  wired = wireServer({
    pools: prepared.pools,
    secrets: prepared.secrets,
    logger: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
    mode: 'rehearsal',
    graphiql: false,
    host: '127.0.0.1',
    port: 0,
    limits: LIMITS,
  });
  ({ url } = await wired.server.listen());
});

afterAll(async () => {
  await wired?.close();
  await prepared?.pools.close();
  await embedded?.stop();
});

/** Each way to the database: the gate's look-up alone, views read whole and field by field, a phase, a plan. */
const CALLS: readonly (readonly [caller: string, body: object])[] = [
  ['observer', { query: '{ whoAmI { name } }' }],
  ['observer', { query: '{ entries(first: 1) { nodes { status } } history { nodes { position } } }' }],
  ['observer', { query: '{ whoAmI { name } signatures { nodes { signatureKind } } }' }],
  [
    'marker',
    {
      query:
        'mutation ($i: RegisterSourceInput!) { registerSource(input: $i) { __typename ... on Refusal { retryable } } }',
      variables: { i: { idempotencyKey: 'away', docCode: 'away', content: { text: '# Away\n' } } },
    },
  ],
  [
    'marker',
    {
      query: 'query ($id: UUID!) { planCut(entryId: $id) { __typename } }',
      variables: { id: randomUUID() },
    },
  ],
];

type Heard = 'served' | 'busy' | 'unavailable' | string;

/** What a caller can do about an answer; any other than these three, word for word. */
function heardOf({ status, text, headers }: Awaited<ReturnType<typeof send>>): Heard {
  if (status === 200 && text === '{"data":{"registerSource":{"__typename":"Busy","retryable":true}}}')
    return 'busy';
  const isAwayAnswer = text.includes('"code":"UNAVAILABLE"') && headers.get('retry-after') === '1';
  if (status === 503 && isAwayAnswer) return 'unavailable';
  return status === 200 && !text.includes('"errors"') ? 'served' : `${status} ${text}`;
}

/** Calls without a pause, until the ledger has been away and has served each kind of call again. */
async function callThroughout(kill: () => Promise<void>): Promise<Heard[]> {
  const heard: Heard[] = [];
  const servedAgain = new Set<number>();
  const caller = async (at: number) => {
    const kind = at % CALLS.length;
    const [name, body] = CALLS[kind]!;
    while (servedAgain.size < CALLS.length) {
      const answer = heardOf(await send(url, { token: prepared.tokens[name] as string, body }));
      if (answer === 'served' && heard.includes('unavailable')) servedAgain.add(kind);
      heard.push(answer);
    }
  };
  const calling = Array.from({ length: 3 * CALLS.length }, (_, at) => caller(at));
  await vi.waitUntil(() => heard.length > 100, { timeout: WAITS_FOR_OTHERS_MS });
  await kill();
  await Promise.all(calling);
  return heard;
}

const KILLS: readonly (readonly [string, () => Promise<void>])[] = [
  ['the postmaster alone', async () => killAll((await postgresProcesses(home)).slice(0, 1))],
  ['all of PostgreSQL', async () => killAll(await postgresProcesses(home))],
  ['one backend, so that all end', async () => killAll((await postgresProcesses(home)).slice(-1))],
];

describe.each(KILLS)('kill -9 of %s, under calls of every kind', (_name, kill) => {
  test('until it has recovered, each answer is the ledger’s or says to come again: 503, or Busy from a phase', async () => {
    const heard = await callThroughout(kill);
    const others = heard.filter((answer) => !['served', 'busy', 'unavailable'].includes(answer));
    expect([...new Set(others)]).toEqual([]);
    expect(logged.join('')).not.toMatch(/a request failed|a resolver failed|an operation failed/);
  });
});

test('a connection that broke between two statements, of which only words are known, is the database’s absence too', () => {
  const words = [
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Connection terminated unexpectedly',
    'timeout expired',
  ];
  for (const message of words) {
    expect([message, isAway(new Error(message))]).toEqual([message, true]);
    expect(databaseRefusal(new Error(message))).toBeInstanceOf(Busy);
  }
  const starting = Object.assign(new Error('the database system is starting up'), { code: '57P03' });
  for (const error of [starting, new Error('wrapped', { cause: starting })]) expect(isAway(error)).toBe(true);
  const defect = new Error('a row has no place');
  expect([isAway(defect), databaseRefusal(defect)]).toEqual([false, defect]);
});
