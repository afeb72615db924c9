import { beforeAll, expect, test } from 'vitest';
import { EXAMPLES, perform } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/*
 * A verb holds the entry's lock while it writes, so nobody else moves the entry meanwhile. Should its own move change
 * no row all the same, it keeps nothing of what it wrote.
 */

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await server.superuser.query(
    `create function public.keep_state() returns trigger language plpgsql as 'begin return null; end'`,
  );
});

test.each([
  ['review', 'NotLive'],
  ['cut', 'PlanStale'],
  ['verify', 'IllegalTransition'],
  ['abandon', 'IllegalTransition'],
] as const)('%s writes nothing where the entry stays in its state', async (verb, refusal) => {
  const example = await EXAMPLES[verb](server);
  const before = await fingerprint(server);
  await server.superuser.query(
    `create trigger keep_state before update on cutter_governance.decision_backlog_entry
      for each row execute function public.keep_state()`,
  );
  try {
    const answer = await perform(server, example);
    expect(answer).toMatchObject({
      __typename: refusal,
      message: expect.stringContaining(' moved while it was '),
    });
  } finally {
    await server.superuser.query('drop trigger keep_state on cutter_governance.decision_backlog_entry');
  }
  expect(await fingerprint(server)).toBe(before);
  expect(await perform(server, example)).toMatchObject({ replayed: false });
});
