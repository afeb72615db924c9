/** From an empty production ledger to a verified cut by commands alone, with the server running: no SQL, no restart. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutter, type Ran } from '../harness/cli.ts';
import { type Loose, reviewed, verified } from '../harness/cycle.ts';
import type { SampleTokens, TestServer } from '../harness/server.ts';
import { type Command, cutterStart, freshHome, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

const home = freshHome();
const PRODUCTION = { CUTTER_MODE: 'production' };
const SECRET = /^cutter_[A-Za-z0-9_-]{43}\n$/;
let server: Command;
let administrator = '';
beforeAll(async () => {
  server = cutterStart({ CUTTER_HOME: home, ...PRODUCTION });
  await server.says('Ctrl-C');
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

const init = (...args: string[]) => cutter(home, ['init', ...args], { env: PRODUCTION });
const run = (...args: string[]) =>
  cutter(home, args, {
    url: urlOf(server),
    env: { ...PRODUCTION, CUTTER_TOKEN_ADMINISTRATOR: administrator },
  });
const objects = ({ out }: Ran): Loose[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const SHARED = ['ledger:observe', 'ledger:evidence', 'document:read'];
const create = (name: string, kind: string, scopes: readonly string[], ...more: string[]) =>
  run(
    'principal',
    'create',
    name,
    '--kind',
    kind,
    '--person',
    `${name} person`,
    '--scope',
    ...SHARED,
    ...scopes,
    ...more,
  );
const issue = async (name: string, ...more: string[]): Promise<string> => {
  const { code, out, err } = await run('token', 'issue', name, ...more);
  expect([code, out], err).toEqual([0, expect.stringMatching(SECRET)]);
  return out.trim();
};

async function gql(token: string | null, query: string, variables: object = {}): Promise<Loose> {
  const response = await fetch(urlOf(server), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: await response.json() };
}

describe('people by commands', { timeout: RESTARTS_POSTGRES_MS }, () => {
  test('cutter init makes the first administrator, shows the token once, and refuses a second', async () => {
    const typed = ['--name', 'ada', '--person', 'Ada Lovelace'];
    const rehearsal = await cutter(home, ['init', ...typed]);
    expect([rehearsal.code, rehearsal.out]).toEqual([1, '']);
    expect(rehearsal.err).toMatch(/CUTTER_MODE=production/);
    const first = await init(...typed);
    expect([first.code, first.out], first.err).toEqual([0, expect.stringMatching(SECRET)]);
    expect(first.err).toMatch(/ada administers this ledger now .*shown this once/);
    administrator = first.out.trim();
    for (const again of [typed, ['--name', 'eve', '--person', 'Eve']]) {
      const refused = await init(...again);
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toMatch(/ada administers this ledger already.*Nothing was written/);
    }
    expect((await gql(administrator, '{ whoAmI { name } }')).body.data).toEqual({ whoAmI: { name: 'ada' } });
  });

  test.each([
    [['--name', 'Ada', '--person', 'x'], /The name "Ada" .*begin with a letter/],
    [['--name', 'ada', '--person', 'two\nlines'], /one line of at most 200/],
  ])('cutter init refuses %j', async (typed, why) => {
    const { code, err } = await init(...typed);
    expect([code, err]).toEqual([1, expect.stringMatching(why)]);
  });

  test('a lane signs after "cutter key register", and a document is approved, cut and verified by five persons', async () => {
    const early = await run('key', 'register');
    expect([early.code, early.err]).toEqual([
      1,
      expect.stringMatching(/DOT-991 and DOT-992 still has no key/),
    ]);
    const made = [
      await create('marker', 'person', ['source:register', 'entry:mark', 'entry:sweep']),
      await create('reviewer', 'person', ['entry:review']),
      await create('approver', 'person', ['approval:grant']),
      await create('executor', 'service', ['change:cut'], '--lane', 'DOT-991'),
      await create('verifier', 'service', ['change:verify'], '--lane', 'DOT-992'),
    ];
    expect(made.map(({ code, err }) => [code, err])).toEqual(made.map(() => [0, '']));
    const registered = await run('key', 'register');
    expect([registered.code, registered.err]).toEqual([0, '']);
    expect((await run('key', 'list')).out.match(/in force/g)).toHaveLength(4);
    const tokens: Record<string, string> = {};
    for (const name of ['marker', 'reviewer', 'approver', 'executor', 'verifier'])
      tokens[name] = await issue(name);
    const asked = { tokens: tokens as SampleTokens, gql } as unknown as TestServer;
    const entry = await reviewed(asked);
    const approve = (...more: string[]) =>
      cutter(home, ['approve', entry.entryId, ...more], {
        url: urlOf(server),
        env: { ...PRODUCTION, CUTTER_TOKEN_APPROVER: tokens['approver'] as string },
      });
    const seed = join(home, 'approver.seed');
    const key = await run('key', 'new', '--out', seed);
    expect([key.code, key.out], key.err).toEqual([0, expect.stringMatching(/^[A-Za-z0-9+/]{43}=\n$/)]);
    expect((await run('key', 'new', '--out', seed)).err).toMatch(/is there already, and was left as it is/);
    expect((await approve('--seed', seed)).err).toMatch(/No key is registered with which approver approves/);
    const add = (person: string) => run('key', 'add', '--person', person, '--public-key', key.out.trim());
    expect((await add('reviewer')).err).toMatch(/reviewer approves no cut/);
    expect((await add('approver')).out).toMatch(/^approver approves cuts with ed25519:/);
    expect((await add('approver')).out).toMatch(/is the key of approver already/);
    expect((await approve('--seed', seed, '--statement')).err).toMatch(/Use one of --seed FILE/);
    const [statement, signature] = [join(home, 'statement.json'), join(home, 'signature.json')];
    writeFileSync(statement, (await approve('--statement')).out);
    const signed = await cutter(home, ['sign', statement, '--seed', seed]);
    expect([signed.code, signed.err]).toEqual([0, expect.stringMatching(/You approve one cut/)]);
    writeFileSync(signature, signed.out);
    expect((await approve('--signature', signature)).out).toMatch(/ is approved until .*: approval /);
    expect((await approve('--revoke', 'Read it again.')).out).toMatch(/^Approval .* is revoked\./);
    expect((await approve('--seed', seed)).out).toMatch(/ is approved until .*: approval /);
    expect((await verified(asked, entry)).entryId).toBe(entry.entryId);
    const fsck = await cutter(home, ['fsck'], { env: PRODUCTION });
    expect(fsck.out).toMatch(/Clean\.\n$/);
  });

  test('a principal is listed, shown, changed and suspended by its name', async () => {
    const [created] = objects(await create('clerk', 'person', ['entry:mark'], '--json'));
    expect(created).toMatchObject({ name: 'clerk', kind: 'person', lane: null, replayed: false });
    const again = await create('clerk', 'person', ['entry:mark']);
    expect([again.code, again.out]).toEqual([0, expect.stringMatching(/^clerk is there already/)]);
    const tried = await run('principal', 'update', 'clerk', '--name', 'scribe', '--dry-run');
    expect(tried.out).toMatch(/^scribe can be changed\./);
    const reason = 'Reads alone.';
    const less = await run('principal', 'update', 'clerk', '--scope', 'document:read', '--reason', reason);
    expect(less.out).toMatch(/^clerk is changed \(position \d+\)\.\n/);
    expect(objects(await run('principal', 'show', 'clerk', '--json'))).toMatchObject([
      { principalId: created.principalId, scopes: ['document:read'], isDisabled: false },
    ]);
    expect((await run('principal', 'suspend', created.principalId)).out).toMatch(/^clerk is suspended/);
    expect((await run('principal', 'suspend', 'clerk')).out).toMatch(/^clerk is suspended already/);
    const all = await run('principal', 'list');
    expect(all.out).toMatch(/^clerk \S+: person, clerk person answers, suspended$/m);
    expect(all.out).toMatch(/^executor \S+: service, executor person answers, signs for DOT-991$/m);
  });

  test('a token is narrowed, rotated, revoked and listed', async () => {
    const { out } = await run('token', 'issue', 'marker', '--document', 'a', 'b', '--days', '3', '--json');
    const issued = JSON.parse(out);
    expect(issued).toMatchObject({ docCodes: ['a', 'b'], secret: expect.stringMatching(/^cutter_/) });
    const { tokenId } = issued;
    const narrowed = await run('token', 'narrow', tokenId, '--document', 'a', '--scope', 'entry:mark');
    expect(narrowed.out).toMatch(
      /^The token is narrowed\.\n\S+ marker: until .*\nOnly entry:mark; documents a\.\n$/,
    );
    const rotated = await run('token', 'rotate', tokenId, '--overlap', '0');
    expect([rotated.code, rotated.out]).toEqual([0, expect.stringMatching(SECRET)]);
    expect((await gql(issued.secret, '{ whoAmI { name } }')).status).toBe(401);
    const live = objects(await run('token', 'list', '--principal', 'marker', '--json'));
    const next = live.find(({ replacesTokenId }) => replacesTokenId === tokenId);
    expect(next).toMatchObject({ docCodes: ['a'], scopes: ['entry:mark'], revokedAt: null });
    expect((await run('token', 'revoke', next.tokenId, '--reason', 'Lost.')).out).toMatch(
      /^The token is revoked\./,
    );
    expect((await run('token', 'revoke', next.tokenId)).out).toMatch(/^The token was revoked already\./);
    const listed = async (...more: string[]) =>
      objects(await run('token', 'list', '--principal', 'marker', '--json', ...more)).length;
    expect(await listed('--all')).toBe((await listed()) + 2);
  });

  test.each([
    [
      ['principal', 'create', 'x', '--kind', 'robot', '--person', 'X', '--scope', 'entry:mark'],
      64,
      /choices|Allowed/,
    ],
    [
      ['principal', 'create', 'x', '--kind', 'agent', '--person', 'X', '--scope', 'entry:mrak'],
      64,
      /choices|Allowed/,
    ],
    [
      ['principal', 'create', 'x', '--kind', 'agent', '--person', 'X', '--scope', 'entry:review'],
      1,
      /for persons/,
    ],
    [['principal', 'suspend', 'ada'], 1, /last principal with principal:admin/],
    [['principal', 'show', 'nobody'], 1, /There is no principal nobody/],
    [['token', 'revoke', 'x'], 64, /isn't a UUID/],
    [['token', 'issue', 'marker', '--manifest', 'x'], 64, /A digest is/],
    [['token', 'issue', 'marker', '--scope', 'change:cut'], 1, /doesn't have change:cut/],
  ])('%j is refused', async (typed, status, why) => {
    const { code, out, err } = await run(...typed);
    expect([code, out]).toEqual([status, '']);
    expect(err).toMatch(why);
  });
});
