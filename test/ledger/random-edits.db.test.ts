import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';
import { EditedLaw } from './random-edits.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

/** A sample: test/law/carried-over.test.ts has 10,000 edits of 5,000 units, without a database. */
test(
  'random edits of a law: no changed byte is carried over, and no unchanged unit asked for again',
  async () => {
    const law = new EditedLaw(server, seeded(testSeed()).named('edits'), 'edited', 400);
    expect(await law.round(0)).toMatchObject({ carried: 0, changedCarried: [], unchangedAsked: [] });
    for (let round = 0; round < 6; round += 1) {
      const { records, carried, changedCarried, unchangedAsked } = await law.round(40);
      expect({ changedCarried, unchangedAsked }).toEqual({ changedCarried: [], unchangedAsked: [] });
      expect(carried).toBeGreaterThan(records * 0.7);
      expect(carried).toBeLessThan(records);
    }
  },
  RUNS_HUNDREDS_OF_ROUNDS_MS,
);
