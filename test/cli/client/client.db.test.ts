import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ClientFault, commandEndpoint, openClient } from '../../../src/cli/client/client.ts';
import { acceptedOutcome, Refused } from '../../../src/cli/client/refused.ts';
import { runDocument } from '../../../src/cli/run.ts';
import { rowsText } from '../../../src/cli/terminal/report.ts';
import { docCodeOf } from '../../../src/cli/walk/document-code.ts';
import { watchHistory } from '../../../src/cli/watch.ts';
import { EntryProgressDocument, SweepDocument } from '../../../src/client/generated/graphql.ts';
import { ledgerKeyOf } from '../../../src/home/ledger-key.ts';
import { clientConfig, cutter, fileOf, homeOf, person } from '../../harness/cli.ts';
import { fresh, verified } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

let server: TestServer;
let home: string;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await testServer();
  home = homeOf(server);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const NOBODY = '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144';

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** An address at which something listened a moment ago. */
async function deadAddress(): Promise<string> {
  const { server, url } = await listening(() => {});
  server.close();
  await once(server, 'close');
  return url;
}

async function runs(path: string, url = server.url, from = home) {
  return cutter(from, ['run', path, '--yes', '--doc-code', fresh('doc')], { url });
}

describe('the typed client', () => {
  test('a bare host stands for /graphql; any other path is taken as it is', () => {
    expect(commandEndpoint('http://ledger.example:4000')).toBe('http://ledger.example:4000/graphql');
    expect(commandEndpoint('https://ledger.example/api/')).toBe('https://ledger.example/api/');
  });

  test('gives the result with its types', async () => {
    const { host } = new URL(server.url);
    const client = openClient({ url: `http://${host}`, token: server.tokens.observer, who: 'observer' });
    expect(await client.execute(EntryProgressDocument, { entryId: NOBODY })).toEqual({ entry: null });
  });

  test('a refusal becomes an error with its sentence, guard and problems', async () => {
    const client = openClient({ url: server.url, token: server.tokens.verifier, who: 'verifier' });
    const { outcome } = await client.execute(SweepDocument, { input: { idempotencyKey: fresh() } });
    expect(() => acceptedOutcome('SWEEP', outcome, 'SweepSuccess')).toThrow(
      /^SWEEP was refused \(Forbidden\): .*entry:sweep/,
    );
    const refusal = {
      __typename: 'NotApproved',
      message: 'No approval.',
      guard: 'G-CUT-APPROVED',
      retryable: false,
      problems: Array.from({ length: 12 }, (_, place) => ({
        path: ['input', String(place)],
        code: 'gone',
        message: `Fault ${place}.`,
        entryId: null,
      })),
    };
    const { message } = new Refused('CUT', refusal);
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toMatch(
      /^CUT was refused \(NotApproved, G-CUT-APPROVED\): No approval\.\n {2}input\.0: Fault 0\. \(gone\)\n/,
    );
    expect(message).toMatch(/\n {2}and 2 more$/);
  });

  test('an error of the operation itself is told with whose call it was', async () => {
    const client = openClient({ url: server.url, token: server.tokens.observer, who: 'observer' });
    const call = client.execute(EntryProgressDocument, { entryId: 'not an id' });
    await expect(call).rejects.toThrow(/^The ledger at http.* answered the observer: /);
    await expect(call).rejects.toBeInstanceOf(ClientFault);
  });
});

describe('a run that can not begin', () => {
  test('says how to start a server where none answers', async () => {
    const { code, err } = await runs(fileOf('a.md', '# A\n'), await deadAddress());
    expect(code).toBe(1);
    expect(err).toMatch(
      /^cutter: No ledger answers at http:\/\/127\.0\.0\.1:\d+\/graphql .*npx cutter start.*CUTTER_URL\.\n$/,
    );
  });

  test('says so where the connection breaks: the call may have been served', async () => {
    const rude = await listening((request) => request.socket.destroy());
    closers.push(async () => rude.server.close());
    const { code, err } = await runs(fileOf('a.md', '# A\n'), rude.url);
    expect(code).toBe(1);
    expect(err).toMatch(/^cutter: The connection to http.* broke \(\S.*\)\. .*the same command again/);
  });

  test('says so where something else answers', async () => {
    const stranger = await listening((_, response) => response.end('<html>'));
    closers.push(async () => stranger.server.close());
    const { code, err } = await runs(fileOf('a.md', '# A\n'), stranger.url);
    expect(code).toBe(1);
    expect(err).toMatch(
      /is not a ledger: it answered with status 200, and not in JSON\. No token was sent\.\n$/,
    );
  });

  test('says whose token is unknown', async () => {
    const marker = `cutter_${'x'.repeat(43)}`;
    const { code, err } = await runs(
      fileOf('a.md', '# A\n'),
      server.url,
      homeOf({ ...server, tokens: { ...server.tokens, marker } }),
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^cutter: http\S+ refuses the marker's token: This token is not known here\./);
    expect(err).not.toContain(marker);
  });

  test('says where tokens are looked for, and takes them from variables instead', async () => {
    const { marker, reviewer, executor, verifier } = server.tokens;
    const path = fileOf('a.md', '# A\n');
    const without = await runs(path, server.url, '/nowhere');
    expect(without.code).toBe(1);
    expect(without.err).toMatch(
      /^cutter: No tokens can be read from \/nowhere\/tokens\.json: there is no such file\..*CUTTER_HOME.*CUTTER_TOKEN_VERIFIER\.\n$/,
    );
    const by = await cutter('/nowhere', ['run', path, '--yes', '--doc-code', fresh('doc')], {
      url: server.url,
      env: {
        CUTTER_TOKEN_MARKER: marker,
        CUTTER_TOKEN_REVIEWER: reviewer,
        CUTTER_TOKEN_EXECUTOR: executor,
        CUTTER_TOKEN_VERIFIER: verifier,
        CUTTER_LEDGER_KEY: ledgerKeyOf(server.database.secrets),
      },
    });
    expect(by.err).toBe('');
    expect(by.code).toBe(0);
  });

  test.each([
    [
      'a file that is not there',
      '/nowhere/a.md',
      /^cutter: \/nowhere\/a\.md can't be read: there is no such file\.\n$/,
    ],
    [
      'a file below a file',
      '/etc/passwd/a.md',
      /^cutter: \/etc\/passwd\/a\.md can't be read: something above it is not a folder\.\n$/,
    ],
    [
      'a device, of which nobody knows where it ends',
      '/dev/zero',
      /^cutter: \/dev\/zero is no regular file; a document is one\.\n$/,
    ],
    ['a folder, which has no code of its own', '/', /^cutter: A code and a title belong to /],
  ])('names %s', async (_, path, sentence) => {
    const { code, err } = await runs(path);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
  });

  test('a place where the schema can’t be written', async () => {
    const { code, err } = await cutter(home, ['schema', '--out', '/nowhere/schema.graphql']);
    expect(code).toBe(1);
    expect(err).toBe("cutter: /nowhere/schema.graphql can't be written: nothing can be made there.\n");
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([0x23, 0x20, 0xff, 0x0a])],
    ['a NUL', Buffer.from('# A\0\n')],
    ['nothing', Buffer.alloc(0)],
  ])('%s: the ledger’s own sentence', async (_, bytes) => {
    const { code, err } = await runs(fileOf('a.md', bytes));
    expect(code).toBe(1);
    expect(err).toMatch(/^cutter: Registering the document was refused \(InvalidInput\): \S.*\S\n$/s);
    expect(err).not.toMatch(/ at .*\.ts:/);
  });

  test('an unknown profile and a bad document code are refused before anything is registered', async () => {
    const path = fileOf('a.md', '# A\n');
    const config = clientConfig(server.url, home);
    const profile = await cutter(
      home,
      ['run', path, '--yes', '--profile', 'nonsense', '--doc-code', fresh()],
      server,
    );
    expect(profile.err).toMatch(
      /^cutter: Choosing the profile was refused \(InvalidInput\): .*The known profiles are markdown@1/,
    );
    const code = await cutter(home, ['run', path, '--yes', '--doc-code', 'Über Alles'], server);
    expect(code.code).toBe(64);
    expect(code.err).toMatch(/--doc-code <code>.*It must be/);
    expect(await runDocument(path, { yes: true, url: 'ftp://ledger' }, config, person())).toBe(1);
  });
});

describe('the document code', () => {
  test.each([
    ['bgb.md', 'bgb'],
    ['/a/b/House Rules (2026).md', 'house-rules-2026'],
    ['Übergröße.markdown', 'übergröße'],
    ['U\u0308bergro\u0308\u00dfe.md', 'übergröße'],
    ['Налоговый кодекс 2024.md', 'налоговый-кодекс-2024'],
    ['Bộ luật Lao động.txt', 'bộ-luật-lao-động'],
    ['条例.md', '条例'],
    ['قانون العمل.md', 'قانون-العمل'],
    ['हिन्दी.md', 'हिन्दी'],
    ['a\u200bb\u00adc.md', 'abc'],
    [`${'法'.repeat(80)}.md`, '法'.repeat(50)],
    ['.hidden', 'hidden'],
    ['a_b.c-d.md', 'a_b.c-d'],
    [`${'x'.repeat(80)}.md`, 'x'.repeat(63)],
  ])('of %s is %s', (path, code) => {
    expect(docCodeOf(path)).toBe(code);
  });

  test('a name that leaves nothing asks for one', () => {
    expect(() => docCodeOf('— § —.md')).toThrow(/--doc-code/);
  });
});

describe('what a line says of rows', () => {
  test('names tables by the glossary, leaves out what only moved, counts anchors', () => {
    const row = (table: string, inserted: number, updated: number) => ({ table, inserted, updated });
    const rows = [
      row('public.unit_version', 1, 0),
      row('public.information_unit', 0, 1),
      row('decision_backlog_entry', 0, 1),
    ];
    expect(rowsText({ replayed: false, rows })).toBe('1 version · 1 anchored');
    expect(rowsText({ replayed: false, rows: [] })).toBe('no rows');
    expect(rowsText({ replayed: true, rows })).toMatch(/^written before/);
    expect(
      rowsText({ replayed: false, rows: [row('new_table', 2, 0), row('dot_pair_signature', 2, 0)] }),
    ).toBe('2 new_tables · 2 signatures');
  });
});

describe('watching', () => {
  function watch(token: string) {
    const watching = watchHistory({ url: server.url, token });
    closers.push(() => watching.close());
    return watching;
  }

  test('once ready, sees every move that follows, of the entry it picks', async () => {
    const watching = watch(server.tokens.observer);
    await watching.ready;
    const { entryId } = await verified(server);
    const rows = await watching.rows((row) => row.entryId === entryId, 5);
    expect(rows.map((row) => row.changeKind)).toEqual([
      ...['MARK', 'SWEEP_PROMOTE', 'REVIEW_APPROVE', 'CUT', 'VERIFY_PASS'],
    ]);
  });

  test('without authority it ends with the reason', async () => {
    await expect(watch('cutter_unknown').ready).rejects.toThrow(/not known here/);
  });

  test('a server that closes ends it', async () => {
    const other = await testServer();
    const watching = watchHistory({ url: other.url, token: other.tokens.observer });
    closers.push(() => watching.close());
    await watching.ready;
    const rows = watching.rows(() => true, 1);
    await Promise.all([other.close(), expect(rows).rejects.toThrow(/stream of history/)]);
  });
});
