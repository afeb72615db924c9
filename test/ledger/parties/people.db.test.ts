/** Persons, principals and tokens by the API: from the call to the record, and what fsck says of it. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { otherServer } from '../../auth/authority-ground.ts';
import { call, fresh, type Loose, marked, reviewed } from '../../harness/cycle.ts';
import { administer, createdPrincipal, freshName, issuedToken, newPrincipal } from '../../harness/parties.ts';
import { overEvents, overWebSocket } from '../../harness/protocol-client.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const PRINCIPAL = 'principal { principalId name kind personId scopes lane isDisabled }';
const TOKEN =
  'token { tokenId principalId scopes entryIds docCodes manifestDigest expiresAt revokedAt replacesTokenId }';

const create = (input: Record<string, unknown> = {}): Promise<Loose> =>
  administer(server, 'createPrincipal', newPrincipal(input), `position ${PRINCIPAL}`);

async function observes(token: string): Promise<number> {
  return (await server.gql(token, '{ whoAmI { name } }')).status;
}

const codes = (refusal: Loose): string[] => refusal.problems.map(({ code }: Loose) => code);

async function findings(): Promise<string[]> {
  const report = await checkLedger({ url: server.database.urls.evidence });
  expect(report.unseen).toEqual([]);
  return report.findings.map(({ verdict, table, column }) => `${verdict} ${table} ${column ?? '-'}`).sort();
}

describe('createPrincipal', () => {
  test('lets a person act, by one record of the log that fsck vouches for', async () => {
    const answer = await create({ scopes: ['ENTRY_MARK', 'LEDGER_OBSERVE'] });
    expect(answer).toMatchObject({
      __typename: 'CreatePrincipalSuccess',
      replayed: false,
      principal: { kind: 'PERSON', scopes: ['LEDGER_OBSERVE', 'ENTRY_MARK'], lane: null, isDisabled: false },
      rows: [
        { table: 'cutter_auth.person', inserted: 1, updated: 0 },
        { table: 'cutter_auth.principal', inserted: 1, updated: 0 },
        { table: 'cutter_auth.principal_version', inserted: 1, updated: 0 },
      ],
    });
    expect(answer.position).toMatch(/^\d+$/);
    const { rows } = await server.superuser.query<{ body: string }>(
      `select string_agg(body, '' order by part) as body from cutter_log.record_part
      where record_id = (select record_id from cutter_log.log where position = $1)`,
      [answer.position],
    );
    const record = JSON.parse(rows[0]!.body);
    const { principalId, personId } = answer.principal;
    expect(record).toMatchObject({
      format: 'cutter-record/3',
      lane: null,
      verb: 'createPrincipal',
      parties: [{ principalId, personId, kind: 'person', lane: null, suspended: false }],
    });
    expect(await findings()).toEqual([]);
  });

  test.each([
    ['both sides of a cut', { scopes: ['CHANGE_CUT', 'CHANGE_VERIFY'] }, 'InvalidInput', ['both-sides']],
    [
      'a service that reviews',
      { kind: 'SERVICE', scopes: ['ENTRY_REVIEW'] },
      'InvalidInput',
      ['for-persons'],
    ],
    [
      'an agent that administers',
      { kind: 'AGENT', scopes: ['PRINCIPAL_ADMIN'] },
      'InvalidInput',
      ['for-persons'],
    ],
    ['a person with a lane', { scopes: ['CHANGE_CUT'], lane: 'DOT_991' }, 'InvalidInput', ['for-services']],
    ['a lane without its scope', { kind: 'SERVICE', lane: 'DOT_992' }, 'InvalidInput', ['lane-scope']],
    ['a name that is taken', { name: 'marker' }, 'AlreadyRegistered', ['name-taken']],
    ['a name that reads like another', { name: 'rnarker' }, 'InvalidInput', ['look-alike']],
    ['a person who is known', { person: { name: 'mara  Sample' } }, 'AlreadyRegistered', ['person-known']],
    [
      'a person who is unknown',
      { person: { personId: '00000000-0000-4000-8000-000000000000' } },
      'NotFound',
      ['not-found'],
    ],
  ])('refuses %s', async (_, input, refusal, problems) => {
    const answer = await create(input);
    expect(answer.__typename).toBe(refusal);
    expect(codes(answer)).toEqual(problems);
  });

  test.each([
    { scopes: ['ENTRY_MRAK'] },
    { scopes: ['entry:mark'] },
    { kind: 'PERSONS' },
    { kind: 'SERVICE', scopes: ['CHANGE_CUT'], lane: 'DOT_993' },
  ])('refuses a mistyped word by its type: %j', async (input) => {
    const answer = await create(input);
    expect(answer.__typename).toBe('InvalidInput');
    expect(answer.problems).not.toEqual([]);
  });

  test('refuses a person the second side of a cut, until the first is suspended', async () => {
    const executor = await create({ kind: 'SERVICE', scopes: ['CHANGE_CUT'], lane: 'DOT_991' });
    const { principalId, personId } = executor.principal;
    const other = { kind: 'SERVICE', scopes: ['CHANGE_VERIFY'], person: { personId } };
    const refused = await create(other);
    expect([refused.__typename, codes(refused)]).toEqual(['SameParty', ['both-sides-of-person']]);
    await administer(server, 'suspendPrincipal', { principalId }, PRINCIPAL);
    expect((await create(other)).__typename).toBe('CreatePrincipalSuccess');
  });
});

describe('updatePrincipal and suspendPrincipal', () => {
  test('a scope that is taken away is gone at the next call, also for tokens that were issued with it', async () => {
    const { principalId, secret } = await issuedToken(server, { scopes: ['LEDGER_OBSERVE', 'ENTRY_MARK'] });
    const scopes = ['LEDGER_OBSERVE'];
    await administer(server, 'updatePrincipal', { principalId, scopes }, PRINCIPAL);
    const { body } = await server.gql(secret, '{ whoAmI { session { scopes } } }');
    expect(body.data.whoAmI.session.scopes).toEqual(scopes);
  });

  test('a suspension ends every token of the principal, for good', async () => {
    const { principalId, secret } = await issuedToken(server);
    expect(await observes(secret)).toBe(200);
    await administer(server, 'suspendPrincipal', { principalId, reason: 'Left.' }, PRINCIPAL);
    await expect.poll(() => observes(secret)).toBe(401);
    const again = await administer(server, 'updatePrincipal', { principalId, name: freshName() }, PRINCIPAL);
    expect([again.__typename, codes(again)]).toEqual(['IllegalTransition', ['suspended']]);
    const other = await administer(server, 'suspendPrincipal', { principalId }, `position ${PRINCIPAL}`);
    expect(other).toMatchObject({ replayed: true, position: null });
  });

  test('the last administrator is neither suspended nor stripped', async () => {
    const { body } = await server.gql(server.tokens.administrator, '{ whoAmI { principalId } }');
    const { principalId } = body.data.whoAmI;
    for (const [verb, input] of [
      ['suspendPrincipal', { principalId }],
      ['updatePrincipal', { principalId, scopes: ['LEDGER_OBSERVE'] }],
    ] as const) {
      const answer = await administer(server, verb, input, PRINCIPAL);
      expect([answer.__typename, codes(answer)]).toEqual(['IllegalTransition', ['last-administrator']]);
    }
  });
});

describe('tokens', () => {
  test('a secret is shown once; a repeated key gives the token without it', async () => {
    const input = { idempotencyKey: fresh('token'), principalId: await createdPrincipal(server) };
    const [first, again] = [
      await administer(server, 'issueToken', input, `secret ${TOKEN}`),
      await administer(server, 'issueToken', input, `secret ${TOKEN}`),
    ];
    expect(first.secret).toMatch(/^cutter_[A-Za-z0-9_-]{43}$/);
    expect(again).toMatchObject({ replayed: true, secret: null, token: first.token });
    const sha256 = createHash('sha256').update(first.secret).digest();
    const { rows } = await server.superuser.query<{ kept: string }>(
      `select (select string_agg(t::text, '') from cutter_auth.token t)
        || (select string_agg(body, '') from cutter_log.record_part) as kept`,
    );
    expect(rows[0]!.kept).not.toContain(first.secret);
    expect(rows[0]!.kept).toContain(sha256.toString('hex'));
    const { rows: records } = await server.superuser.query<{ said: string }>(
      `select string_agg(body, '') as said from cutter_log.record_part`,
    );
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(records[0]!.said).not.toContain(sha256.toString(form));
  });

  test('a token narrowed to a document reaches its entries, and no other', async () => {
    const [mine, other] = [await marked(server), await marked(server)];
    const { secret } = await issuedToken(
      server,
      { docCodes: [mine.name] },
      { scopes: ['LEDGER_OBSERVE', 'ENTRY_ABANDON'] },
    );
    const abandon = (entryId: string) =>
      call(server, secret, 'abandon', { idempotencyKey: fresh('end'), entryId, rationale: 'Not needed.' });
    expect((await abandon(other.entryId)).__typename).toBe('Forbidden');
    const { body } = await server.gql(secret, '{ entries { nodes { entryId } } }');
    expect(body.data.entries.nodes).toEqual([{ entryId: mine.entryId }]);
    expect((await abandon(mine.entryId)).__typename).toBe('AbandonSuccess');
  });

  test('a token narrowed to a manifest cuts that one, and does nothing else', async () => {
    const [mine, other] = [await reviewed(server), await reviewed(server)];
    const { secret } = await issuedToken(
      server,
      { manifestDigest: mine.manifestDigest },
      { scopes: ['LEDGER_OBSERVE', 'CHANGE_CUT', 'ENTRY_SWEEP'] },
    );
    const cut = ({ entryId, manifestDigest }: typeof mine) =>
      call(server, secret, 'cut', { idempotencyKey: fresh('cut'), entryId, manifestDigest });
    expect((await cut(other)).__typename).toBe('Forbidden');
    const sweep = await call(server, secret, 'sweep', { idempotencyKey: fresh('sweep') });
    expect(sweep.__typename).toBe('Forbidden');
    expect((await cut(mine)).__typename).toBe('CutSuccess');
  });

  test('a token only ever gets narrower', async () => {
    const { tokenId } = await issuedToken(server, { scopes: ['LEDGER_OBSERVE'], docCodes: ['a', 'b'] });
    const narrow = (input: Record<string, unknown>) =>
      administer(server, 'narrowToken', { tokenId, ...input }, TOKEN);
    expect(await narrow({ docCodes: ['a'] })).toMatchObject({ token: { docCodes: ['a'] } });
    for (const [input, code] of [
      [{ docCodes: ['b'] }, 'wider'],
      [{ scopes: ['ENTRY_MARK'] }, 'wider'],
      [{ expiresAt: '2099-01-01T00:00:00Z' }, 'wider'],
      [{ docCodes: ['a'] }, 'nothing-to-change'],
    ] as const) {
      const answer = await narrow(input);
      expect([answer.__typename, codes(answer)]).toEqual(['InvalidInput', [code]]);
    }
  });

  test('a rotation lets the old token go on for its overlap, or ends it at once', async () => {
    const { tokenId, secret } = await issuedToken(server);
    const next = await administer(server, 'rotateToken', { tokenId, overlapSeconds: 60 }, `secret ${TOKEN}`);
    expect(next.token.replacesTokenId).toBe(tokenId);
    expect([await observes(secret), await observes(next.secret)]).toEqual([200, 200]);
    const last = await administer(
      server,
      'rotateToken',
      { tokenId: next.token.tokenId, overlapSeconds: 0 },
      `secret ${TOKEN}`,
    );
    await expect.poll(() => observes(next.secret)).toBe(401);
    expect(await observes(last.secret)).toBe(200);
  });

  test('a revocation ends sockets and event streams on every server, and a suspension those of every token', async () => {
    const other = await otherServer(server, {});
    const { tokenId, secret } = await issuedToken(server);
    const { principalId, secret: theirs } = await issuedToken(server);
    const streams: Awaited<ReturnType<typeof overEvents>>[] = [];
    for (const { url } of [server, other])
      for (const over of [overWebSocket, overEvents])
        for (const token of [secret, theirs]) streams.push(await over(url, token, {}));
    const mine = streams.filter((_, at) => at % 2 === 0);
    const untouched = streams.filter((_, at) => at % 2 === 1);
    for (const stream of streams) expect(await stream.next()).toMatchObject({ __typename: 'Ready' });
    const endOf = async (stream: (typeof streams)[number]): Promise<Loose> => {
      for (;;) {
        const message = await stream.next();
        if (message === null || message.__typename === 'Reset') return message?.reason;
      }
    };
    await administer(server, 'revokeToken', { tokenId }, TOKEN);
    expect(await Promise.all(mine.map(endOf))).toEqual(mine.map(() => 'AUTHORITY_ENDED'));
    await administer(server, 'suspendPrincipal', { principalId }, PRINCIPAL);
    expect(await Promise.all(untouched.map(endOf))).toEqual(untouched.map(() => 'AUTHORITY_ENDED'));
  });

  test('a revoked token lets nobody in, and the list says when each was last used', async () => {
    const { principalId, tokenId, secret } = await issuedToken(server);
    const list = async (isLive: boolean): Promise<Loose[]> => {
      const { body } = await server.gql(
        server.tokens.administrator,
        `query ($principalId: UUID!, $isLive: Boolean) {
          tokens(filter: { principalId: $principalId, isLive: $isLive }) { nodes { tokenId lastUsedAt revokedAt } } }`,
        { principalId, isLive },
      );
      return body.data.tokens.nodes;
    };
    expect(await list(true)).toEqual([{ tokenId, lastUsedAt: null, revokedAt: null }]);
    expect(await observes(secret)).toBe(200);
    await expect.poll(async () => (await list(true))[0].lastUsedAt).toMatch(/^\d{4}-.*Z$/);
    await administer(server, 'revokeToken', { tokenId, reason: 'It was lost.' }, TOKEN);
    await expect.poll(() => observes(secret)).toBe(401);
    expect(await list(true)).toEqual([]);
    expect(await list(false)).toMatchObject([{ tokenId, revokedAt: expect.stringMatching(/Z$/) }]);
  });
});

describe('fsck', () => {
  test.each([
    ['cutter_auth.person', 'name', `name = name || '!'`],
    ['cutter_auth.principal', 'kind', `kind = 'agent'`],
    ['cutter_auth.principal', 'name', `name = name || '-x'`],
    ['cutter_auth.principal', 'scopes', `scopes = scopes || 'principal:admin'::text`],
    ['cutter_auth.principal', 'lane', `lane = 'DOT-991'`],
    ['cutter_auth.principal', 'disabled_at', 'disabled_at = now()'],
    ['cutter_auth.principal_version', 'scopes', `scopes = '["principal:admin"]'`],
    ['cutter_auth.token', 'token_print', `token_sha256 = sha256('another')`],
    ['cutter_auth.token', 'scopes', `scopes = '{entry:mark}'`],
    ['cutter_auth.token', 'expires_at', `expires_at = expires_at + interval '1 year'`],
    ['cutter_auth.token', 'revoked_at', 'revoked_at = now()'],
    ['cutter_auth.token_version', 'expires_at', `expires_at = expires_at + interval '1 year'`],
  ])('names a changed column: %s %s', async (table, column, change) => {
    const { principalId, tokenId } = await issuedToken(server);
    expect(await findings()).toEqual([]);
    const of = table.includes('token')
      ? `token_id = '${tokenId}'`
      : table.endsWith('person')
        ? `person_id = (select person_id from cutter_auth.principal where principal_id = '${principalId}')`
        : `principal_id = '${principalId}'`;
    const { rows } = await server.superuser.query<{ was: string; names: string[] }>(
      `select to_jsonb(t)::text as was, array(select jsonb_object_keys(to_jsonb(t) - 'token_print')) as names
      from ${table} t where ${of}`,
    );
    const { was, names } = rows[0]!;
    await server.superuser.query(`update ${table} set ${change} where ${of}`);
    expect(await findings()).toContain(`edited ${table} ${column}`);
    await server.superuser.query(
      `update ${table} as t set ${names.map((name) => `${name} = b.${name}`).join(', ')}
      from jsonb_populate_record(null::${table}, $1::jsonb) as b where ${of.replace(/^(\w+)/, 't.$1')}`,
      [was],
    );
  });

  test('names a principal that somebody inserts or deletes by hand', async () => {
    const { principalId } = await issuedToken(server);
    await server.superuser.query(
      `insert into cutter_auth.principal (principal_id, kind, name, person_id, scopes, lane, rehearsal)
      select gen_random_uuid(), 'person', 'by-hand', person_id, scopes, lane, rehearsal
      from cutter_auth.principal where principal_id = $1`,
      [principalId],
    );
    expect(await findings()).toEqual(['inserted cutter_auth.principal -']);
    await server.superuser.query(`delete from cutter_auth.principal where name = 'by-hand'`);
    await server.superuser.query(
      'delete from cutter_auth.token_version where token_id in (select token_id from cutter_auth.token where principal_id = $1)',
      [principalId],
    );
    const after = await findings();
    expect(after.filter((one) => / cutter_auth.token_version /.test(one))).toHaveLength(1);
  });
});
