import { beforeAll, expect, test } from 'vitest';
import { type Caller, caller } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, sampleText, sweepAll } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const READ = ['ledger:observe', 'ledger:evidence'] as const;

/** Registers a document as one caller and marks it as the sample marker; then it waits for review. */
async function registeredBy(registrar: string, name = fresh('registered')) {
  const content = { text: sampleText(name) };
  const source = await call(
    server,
    registrar,
    'registerSource',
    { idempotencyKey: fresh('source'), docCode: name, content },
    'source { sourceId }',
  );
  const { sourceId } = source.source;
  const input = {
    idempotencyKey: fresh('mark'),
    sourceId,
    cutSpec: { profile: 'markdown' },
    signalSource: 't',
  };
  const mark = await call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');
  await sweepAll(server);
  return { entryId: mark.entry.entryId as string, content, docCode: name };
}

async function review(token: string, entryId: string, verdict = 'APPROVE'): Promise<Loose> {
  const manifestDigest = await manifestOf(server, entryId);
  return call(server, token, 'review', { idempotencyKey: fresh('review'), entryId, verdict, manifestDigest });
}

function author(personId?: string): Promise<Caller> {
  const person = personId === undefined ? {} : { personId };
  return caller(server, { scopes: [...READ, 'source:register', 'entry:review'], ...person });
}

test('whoever registered a text does not review it, whatever the verdict', async () => {
  const { token } = await author();
  const { entryId } = await registeredBy(token);
  for (const verdict of ['APPROVE', 'REJECT', 'DEFER']) {
    const answer = await review(token, entryId, verdict);
    expect(answer).toMatchObject({
      __typename: 'SameParty',
      retryable: false,
      problems: [{ code: 'reviewer-is-registrar' }],
    });
  }
  expect((await review(server.tokens.reviewer, entryId)).__typename).toBe('ReviewSuccess');
});

test('nor does a second principal of the same person', async () => {
  const one = await author();
  const { entryId } = await registeredBy(one.token);
  const two = await author(one.personId);
  expect(await review(two.token, entryId)).toMatchObject({ __typename: 'SameParty' });
});

test('the first registrar counts: who sends the same bytes later may review them', async () => {
  const [first, later] = [await author(), await author()];
  const { entryId, content, docCode } = await registeredBy(first.token);
  const again = { idempotencyKey: fresh('source'), docCode, content };
  expect((await call(server, later.token, 'registerSource', again)).replayed).toBe(true);
  expect((await review(first.token, entryId)).__typename).toBe('SameParty');
  expect((await review(later.token, entryId)).__typename).toBe('ReviewSuccess');
});
