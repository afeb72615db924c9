import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { serverSeedOf } from '../../src/home/secrets.ts';
import {
  ANSWERS,
  type AnswerName,
  EVENTS,
  type EventsName,
  eventImpostor,
  type Impostor,
  impostor,
} from '../harness/hostile-answers.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { OUTLASTS_LIARS_MS } from '../harness/timeouts.ts';
import { watched } from '../monitor/monitor-ground.ts';
import { keysFile } from '../passport/passport-ground.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

let server: TestServer;
let keysText: string;
const open: Impostor[] = [];
beforeAll(async () => {
  server = await testServer();
  keysText = await keysFile(server.database);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** `cutter monitor --once` at such an address. */
async function monitored(stranger: Impostor, patienceMs = 700) {
  open.push(stranger);
  const around = { patienceMs, signal: AbortSignal.timeout(45_000) };
  return watched(server, {
    url: stranger.url,
    keysText,
    json: false,
    maxSilence: `${Math.ceil(patienceMs / 500)}s`,
    around,
  });
}

/** It ends, with a status that isn't 0 and one sentence a line. */
function expectRefused({ status, lines }: Awaited<ReturnType<typeof monitored>>): void {
  expect(status).not.toBe(0);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatch(/^\S.*\S$/);
    expect(line.length).toBeLessThan(3_000);
    expect(line).not.toMatch(/ at .*\.[jt]s:\d|TypeError|RangeError|undefined/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
    expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    for (const token of Object.values(server.tokens)) expect(line).not.toContain(token);
  }
}

describe('a monitor at an address where no ledger is ends, and says what is there instead', () => {
  /** A body that never ends in the place of a stream is waited for as long as an answer may take: minutes. */
  const endless: readonly AnswerName[] = ['a trickle that never ends', 'a promise and no more'];
  const names = (Object.keys(ANSWERS) as AnswerName[]).filter((name) => !endless.includes(name));
  test.each(names)('%s', async (name) => {
    const stranger = await impostor(name);
    expectRefused(await monitored(stranger));
    expect(stranger.strayed).toEqual([]);
  });
});

describe('a monitor whose stream is none ends, and says so', () => {
  const sentences: Readonly<Record<EventsName, RegExp>> = {
    'events of no JSON': /sent an event that is not JSON\.$/,
    'events of other JSON':
      /^malformed: position 0: A message of the stream can't be read: it names no type\.$/,
    'events that are none': /was cut off\.$/,
    'errors alone': /answered the monitor: \[2J\[1;1H31mall is well \(a token\)$/,
    'an end at once': /keeps ending the stream\.$/,
    'no end and no event': /was silent for \d+ ms\.$/,
    'remarks without end': /was silent for \d+ ms\.$/,
    'an event without end': /sent an event of more than \d+ characters\.$/,
  };
  test.each(Object.keys(EVENTS) as EventsName[])('%s', async (name) => {
    // Whoever sends all the time is heard out, up to the bound.
    const stranger = await eventImpostor(name, serverSeedOf(server.database.secrets));
    const result = await monitored(stranger, name === 'an event without end' ? 40_000 : 700);
    expectRefused(result);
    expect(result.lines[0]).toMatch(sentences[name]);
  });
});
