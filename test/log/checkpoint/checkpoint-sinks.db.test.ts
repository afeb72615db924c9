import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigFault, readConfig } from '../../../src/config.ts';
import { LANES } from '../../../src/law/values.ts';
import {
  type CheckpointPublisher,
  startPublisher,
} from '../../../src/log/checkpoint/checkpoint-publisher.ts';
import { type CheckpointSink, fileSink, urlSink } from '../../../src/log/checkpoint/checkpoint-sinks.ts';
import { marked } from '../../harness/cycle.ts';
import { FIRST_RECORDS } from '../../harness/keys.ts';
import { testServer } from '../../harness/server.ts';
import { openNote } from '../../harness/stranger.ts';
import { again, type SigningGround, signingGround, strangersKeys } from './checkpoint-ground.ts';

let ground: SigningGround;
let folder: string;
const publishers: CheckpointPublisher[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cutter-sinks-'));
  ground = await signingGround();
});

afterEach(async () => {
  for (const publisher of publishers.splice(0)) await publisher.close();
  await ground.close();
  rmSync(folder, { recursive: true });
});

function publish(sinks: readonly CheckpointSink[], attempts?: number): CheckpointPublisher {
  const cosigners = LANES.map((lane) => ground.lane(lane));
  const { checkpoints, log } = ground;
  const publisher = startPublisher({
    checkpoints,
    sinks,
    cosigners,
    log,
    pollMs: 10,
    ...(attempts === undefined ? {} : { attempts }),
  });
  publishers.push(publisher);
  return publisher;
}

const heads = () => join(folder, 'deep', 'heads');
/** Sizes of the notes in the file, each opened as a stranger opens it. */
async function sizesInFile(): Promise<number[]> {
  const keys = await strangersKeys(ground.database);
  const notes =
    readFileSync(heads(), 'utf8').match(/cutter\/\S+\n\d+\n\S+\n\n(?:— \S+ \S{92}\n){2}(?=\n)/g) ?? [];
  return notes.map((note) => {
    const opened = openNote(note, keys);
    expect(opened.signedBy).toHaveLength(2);
    return opened.size;
  });
}

interface Receiver {
  readonly url: string;
  readonly received: string[];
  /** What it answers from now on. */
  status: number;
  asked: number;
  close(): Promise<void>;
}

async function receiver(): Promise<Receiver> {
  const received: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      made.asked += 1;
      if (made.status === 200) received.push(`${request.method} ${request.headers['content-type']}\n${body}`);
      response.writeHead(made.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const made: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads?of=me`,
    received,
    status: 200,
    asked: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return made;
}

async function grow(sizes: readonly number[]): Promise<void> {
  for (const size of sizes) {
    await ground.grow(size);
    await ground.published(size);
  }
}

describe('a file', () => {
  test('gets each published note, appended', async () => {
    publish([fileSink(heads())]);
    await grow([2, 5, 6]);
    await again(async () => (await sizesInFile()).length === 3);
    expect(await sizesInFile()).toEqual([2, 5, 6]);
  });

  test('gets what was published while its process was away, and nothing twice', async () => {
    const first = publish([fileSink(heads())]);
    await grow([2, 5]);
    await again(async () => (await sizesInFile()).length === 2);
    await first.close();
    await grow([8, 9, 13]);
    const sink = fileSink(heads());
    expect(sink.holds?.size).toBe(5);
    publish([sink]);
    await again(async () => (await sizesInFile()).length === 5);
    expect(await sizesInFile()).toEqual([2, 5, 8, 9, 13]);
  });

  test('that a crash tore goes on after the tear', async () => {
    const first = publish([fileSink(heads())]);
    await grow([2, 5]);
    await again(async () => (await sizesInFile()).length === 2);
    await first.close();
    const whole = readFileSync(heads(), 'utf8');
    writeFileSync(heads(), whole.slice(0, -60));
    const sink = fileSink(heads());
    expect(sink.holds?.size).toBe(2);
    publish([sink]);
    await again(async () => (await sizesInFile()).at(-1) === 5);
    expect(await sizesInFile()).toEqual([2, 5]);
    appendFileSync(heads(), 'cutter/');
    const torn = fileSink(heads());
    expect(torn.holds?.size).toBe(5);
    await torn.close();
  });

  test('that holds a head which the database has not: the lanes of its process refuse to sign', async () => {
    const first = publish([fileSink(heads())]);
    await grow([2, 5]);
    await again(async () => (await sizesInFile()).length === 2);
    await first.close();
    const restored = await testServer();
    await restored.close();
    const server = await testServer({
      database: restored.database,
      checkpoints: { file: heads(), url: null },
    });
    await again(async () => server.provable.cosigners.every((cosigner) => cosigner.state() === 'stopped'));
    expect((await server.gql(server.tokens.observer, '{ checkpoint { size } }')).body.data).toEqual({
      checkpoint: null,
    });
  });
});

describe('an address', () => {
  test('gets each published note, from the newest on', async () => {
    for (const lane of LANES) ground.lane(lane);
    await grow([2, 5]);
    const to = await receiver();
    publish([urlSink(to.url)]);
    await again(async () => to.received.length === 1);
    await grow([6, 11]);
    await again(async () => to.received.length === 3);
    const keys = await strangersKeys(ground.database);
    const opened = to.received.map((text) => openNote(text.slice(text.indexOf('\n') + 1), keys));
    expect(opened.map(({ size }) => size)).toEqual([5, 6, 11]);
    expect(opened.map(({ signedBy }) => signedBy.length)).toEqual([2, 2, 2]);
    expect(to.received[0]).toMatch(/^POST text\/plain; charset=utf-8\n/);
    await to.close();
  });

  test('that refuses is asked a few times, then given up for this note with an alarm; the next one is offered', async () => {
    const to = await receiver();
    to.status = 503;
    publish([urlSink(to.url), fileSink(heads())], 3);
    await grow([4]);
    await again(async () => ground.log.alarms.length === 1);
    expect(to.asked).toBe(3);
    expect(ground.log.alarms).toMatchObject([
      { alarm: 'CHECKPOINT_SINK_FAILED', sink: new URL(to.url).origin, size: 4 },
    ]);
    // It kept the file waiting for nothing.
    await again(async () => (await sizesInFile()).length === 1);
    to.status = 200;
    await grow([7]);
    await again(async () => to.received.length === 1);
    expect(to.received[0]).toContain('\n7\n');
    await to.close();
  });
});

test('a server with a sink keeps its heads there', async () => {
  const server = await testServer({ checkpoints: { file: heads(), url: null } });
  expect(server.provable.cosigners).toHaveLength(2);
  await marked(server);
  await again(async () => new RegExp(`\\n${FIRST_RECORDS + 2}\\n`).test(readFileSync(heads(), 'utf8')));
});

test('config: the sinks are a path and an http address', () => {
  const config = readConfig({
    CUTTER_CHECKPOINT_FILE: 'heads',
    CUTTER_CHECKPOINT_URL: 'https://heads.example/x',
  });
  expect(config.checkpoints).toEqual({ file: join(process.cwd(), 'heads'), url: 'https://heads.example/x' });
  expect(readConfig({ CUTTER_HOME: 'here' }).checkpoints).toEqual({
    file: join(process.cwd(), 'here', 'checkpoints'),
    url: null,
  });
  expect(() => readConfig({ CUTTER_CHECKPOINT_URL: 'ftp://x' })).toThrow(ConfigFault);
});
