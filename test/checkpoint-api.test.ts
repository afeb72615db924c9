import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkpointSeedOf } from '../src/database/secrets.ts';
import { LANES } from '../src/ledger/values.ts';
import { publicKeyOf } from '../src/proof/ed25519.ts';
import { verifierKey } from '../src/proof/note.ts';
import { marked, reviewed, wasCut } from './harness/cycle.ts';
import { type TestServer, testServer } from './harness/server.ts';
import {
  openNote,
  rootByPath,
  rootsByProof,
  type StrangersCheckpoint,
  strangersLeaf,
} from './harness/stranger.ts';

let server: TestServer;
let keys: readonly string[];

beforeAll(async () => {
  server = await testServer();
  const { rows } = await server.superuser.query('select incarnation from cutter_log.head');
  keys = LANES.map((lane) => {
    const publicKey = publicKeyOf(checkpointSeedOf(server.database.secrets, lane) as Uint8Array);
    return verifierKey({ name: `cutter/${rows[0].incarnation}/${lane}`, publicKey });
  });
});

const CHECKPOINT = '{ checkpoint { origin size root note } }';
const bytes = (text: string) => Buffer.from(text, 'base64');

async function ask(query: string, variables: Record<string, unknown> = {}) {
  const { body } = await server.gql(server.tokens.administrator, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** Asks until the newest checkpoint covers everything that the log holds. */
async function published(): Promise<StrangersCheckpoint & { note: string }> {
  for (;;) {
    const { rows } = await server.superuser.query('select next_position::int as next from cutter_log.head');
    const { checkpoint } = await ask(CHECKPOINT);
    if (checkpoint !== null && Number(checkpoint.size) === rows[0].next && rows[0].next > 0)
      return { ...openNote(checkpoint.note, keys), note: checkpoint.note };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('checkpoint', () => {
  test('there is none before the log has a record', async () => {
    expect(await ask(CHECKPOINT)).toEqual({ checkpoint: null });
    expect(await ask('{ inclusionProof(position: "0") { size } }')).toEqual({ inclusionProof: null });
  });

  test('covers what was written, signed by both lanes, as a stranger reads it', async () => {
    await wasCut(server);
    const checkpoint = await published();
    expect(checkpoint.signedBy).toHaveLength(2);
  });
});
