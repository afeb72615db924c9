/** The settings for browsers and proxies in the program as a user starts it. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runDocument } from '../../src/cli/run.ts';
import { clientConfig, cutter, fileOf, person } from '../harness/cli.ts';
import { send } from '../harness/doors.ts';
import { cutterStart, freshHome, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

test('under a base path, with trusted documents alone: the sample, the command line and the documents work', async () => {
  const home = homeWithCluster();
  const documents = fileOf('documents.json', JSON.stringify({ who: '{ whoAmI { name } }' }));
  const command = cutterStart({
    CUTTER_HOME: home,
    CUTTER_SAMPLE: 'on',
    CUTTER_BASE_PATH: '/a/ledger',
    CUTTER_DOCUMENTS: documents,
    CUTTER_DOCUMENTS_MODE: 'only',
  });
  await command.says('verified_complete');
  const url = urlOf(command);
  expect(new URL(url).pathname).toBe('/a/ledger/graphql');
  expect(command.output()).toContain(new URL('health', url).href);
  expect(command.output()).not.toContain('GraphiQL');

  const token = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8')).observer as string;
  expect((await send(url, { token, body: { documentId: 'who' } })).json()).toEqual({
    data: { whoAmI: { name: 'observer' } },
  });
  const refused = await send(url, { token, body: { query: '{ whoAmI { kind } }' } });
  expect(refused.json().errors?.[0]?.extensions).toMatchObject({ code: 'DOCUMENT_NOT_TRUSTED' });

  const law = fileOf('law.md', '# Law\n\n## One\n\nFirst.\n');
  const ran = await cutter(home, ['run', law, '--yes']);
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(ran.out).toContain('verified_complete');

  // Another home keeps the key under the path: the site may show more than one ledger.
  const other = freshHome();
  mkdirSync(other);
  copyFileSync(join(home, 'tokens.json'), join(other, 'tokens.json'));
  const more = fileOf('more.md', '# More\n\n## One\n\nFirst.\n');
  expect(await runDocument(more, { yes: true }, clientConfig(url, other), person('y'))).toBe(0);
  expect(Object.keys(JSON.parse(readFileSync(join(other, 'known-ledgers.json'), 'utf8')))).toEqual([
    new URL('.', url).href,
  ]);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
});

describe('a setting that can’t be used ends the start with status 78, its name and the way out', () => {
  test.each([
    [{ CUTTER_ORIGINS: '*' }, 'CUTTER_ORIGINS: "*" must be an exact origin without a path or a star'],
    [{ CUTTER_BASE_PATH: 'ledger' }, 'CUTTER_BASE_PATH: must be a path'],
    [{ CUTTER_DOCUMENTS: '/nowhere' }, "CUTTER_DOCUMENTS: /nowhere can't be read"],
    [
      { CUTTER_TRUSTED_PROXIES: 'proxy.example' },
      'CUTTER_TRUSTED_PROXIES: "proxy.example" must be an address',
    ],
    [
      { CUTTER_TRUSTED_PROXY: '10.0.0.7' },
      'CUTTER_TRUSTED_PROXY: no such setting; there is CUTTER_TRUSTED_PROXIES',
    ],
    [{ CUTTER_DATABASE_URL: 'postgres:///db' }, 'CUTTER_DATABASE_URL: names no host'],
  ])('%o', async (settings, message) => {
    const home = freshHome();
    const command = cutterStart({ CUTTER_HOME: home, ...(settings as Record<string, string>) });
    expect(await command.ended).toBe(78);
    expect(command.errors()).toContain(message);
    expect(existsSync(home)).toBe(false);
  });
});
