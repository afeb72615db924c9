/** Words: those of the program are compared with the program's list, those that were registered with their records. */
import pg from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { bootstrapLedger } from '../../../src/boot/bootstrap.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { checkLedger } from '../../../src/fsck/check.ts';
import { heldKeys } from '../../../src/keys/custody.ts';
import { call, fresh } from '../../harness/cycle.ts';
import { EXAMPLES, perform } from '../../harness/examples.ts';
import { freshWord } from '../../harness/registry.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../../harness/timeouts.ts';
import { settled, tamper } from '../fsck-ground.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const VOCABULARY = 'cutter_source.vocabulary';
const TERMS = 'cutter_source.registered_term';
const PROFILES = 'cutter_source.profile';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  // Two of each: a table that shows no row is one that wasn't seen.
  for (const verb of ['registerVocabulary', 'registerProfile', 'registerProfile'] as const)
    await perform(server, await EXAMPLES[verb](server));
  await settled(server);
});

const found = async () =>
  (await checkLedger({ url: server.database.urls.evidence })).findings.map(
    ({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column}`,
  );

const one = async (query: string) =>
  (await server.superuser.query<{ one: string }>(query)).rows[0]?.one as string;

test('a ledger with words and profiles is clean', async () => {
  expect(await found()).toEqual([]);
});

describe('the words of the program', () => {
  const where = "where term_kind = 'unit_kind' and term = 'section'";
  test.each([
    [
      'another description',
      `update ${VOCABULARY} set description = 'x' ${where}`,
      'edited',
      'unit_kind/section',
      'description',
    ],
    [
      'another bound',
      `update ${VOCABULARY} set at_most = 1 ${where}`,
      'edited',
      'unit_kind/section',
      'at_most',
    ],
    ['one that is gone', `delete from ${VOCABULARY} ${where}`, 'deleted', 'unit_kind/section', null],
    [
      'one too many',
      `insert into ${VOCABULARY} values ('unit_kind', 'extra', 'x')`,
      'inserted',
      'unit_kind/extra',
      null,
    ],
  ])('%s is named', async (_, statement, verdict, key, column) => {
    await tamper(server, [VOCABULARY], [statement], async () => {
      expect(await found()).toEqual([`${verdict} ${VOCABULARY} ${key} ${column}`]);
    });
  });

  test('one that was added by hand and then registered with its meaning is clean, and comes once', async () => {
    const term = freshWord();
    await server.superuser.query(`insert into ${VOCABULARY} values ('unit_kind', $1, 'By hand.', null)`, [
      term,
    ]);
    const add = (description: string) =>
      call(server, server.tokens.administrator, 'registerVocabulary', {
        idempotencyKey: fresh('words'),
        terms: [{ termKind: 'UNIT_KIND', term, description }],
      });
    expect((await add('Another.')).__typename).toBe('AlreadyRegistered');
    expect(await add('By hand.')).toMatchObject({ replayed: false, rows: [{ inserted: 1 }] });
    await settled(server);
    expect(await found()).toEqual([]);
    const { body } = await server.gql(server.tokens.observer, '{ vocabulary { term } }');
    expect(body.data.vocabulary.filter((word: { term: string }) => word.term === term)).toHaveLength(1);
  });

  test('one that was registered before the program came with it keeps the meaning of its record', async () => {
    const { termKind, term } = BASE_VOCABULARY[0] as (typeof BASE_VOCABULARY)[0];
    await tamper(
      server,
      [VOCABULARY, TERMS],
      [`delete from ${VOCABULARY} where term = '${term}'`],
      async () => {
        await server.superuser.query(
          `insert into ${TERMS} select gen_random_uuid(), '${termKind}', '${term}', 'Ours.', null, 'k', 'us', 'rehearsal', now()`,
        );
        const { ownerUrl, secrets, tokens } = server.database;
        const owner = new pg.Client({ connectionString: ownerUrl });
        await owner.connect();
        await bootstrapLedger(owner, { mode: 'rehearsal', keys: heldKeys(secrets), tokens });
        await owner.end();
        expect(await one(`select count(*)::text as one from ${VOCABULARY} where term = '${term}'`)).toBe('0');
        expect((await found()).filter((finding) => finding.includes(VOCABULARY))).toEqual([]);
      },
    );
  });
});

describe('what was registered', () => {
  test.each([TERMS, PROFILES])('%s: a row that is gone or was added is named', async (table) => {
    const key = table === TERMS ? 'term_id' : 'profile_id';
    const own = table === TERMS ? `where description <> 'By hand.'` : '';
    const id = await one(`select ${key}::text as one from ${table} ${own} order by 1 limit 1`);
    await tamper(server, [table], [`delete from ${table} where ${key} = '${id}'`], async () => {
      // The newest row of its kind could also have been cut off.
      expect(await found()).toEqual([expect.stringMatching(`^(deleted|truncated) ${table} ${id} null$`)]);
    });
    const added = '00000000-0000-4000-8000-000000000001';
    const row =
      table === TERMS
        ? `'unit_kind', 'zzz', 'x', null, 'k', 'us', 'rehearsal', now()`
        : `'zzz', '1', 'sha256:', '{}', 'k', 'us', 'rehearsal', now()`;
    await tamper(server, [table], [`insert into ${table} values ('${added}', ${row})`], async () => {
      expect(await found()).toEqual([`inserted ${table} ${added} null`]);
    });
  });

  test('its place in the log is checked, too', async () => {
    const places = 'cutter_log.row_place';
    for (const noun of ['Profile', 'VocabularyTerm'])
      await tamper(server, [places], [`delete from ${places} where noun = '${noun}'`], async () => {
        const findings = await found();
        expect(findings.length).toBeGreaterThan(0);
        for (const finding of findings) expect(finding).toMatch(`deleted ${places} ${noun}/`);
      });
  });
});
