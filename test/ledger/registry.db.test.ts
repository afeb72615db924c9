/** Words and profiles that callers register: what is refused, and what a document cut by them goes through. */
import { beforeAll, describe, expect, test } from 'vitest';

import { profileDigest } from '../../src/document/profile/judge.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { call, fresh, type Loose, type Marked, sweepAll, verified } from '../harness/cycle.ts';
import { places } from '../harness/examples.ts';
import { freshWord, profileBody, type wholeLevel } from '../harness/registry.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TERMS = 'terms { termKind term description atMost registeredBy registeredAt position }';
const PROFILE = 'profile { reference name version digest isShipped body registeredBy registeredAt position }';

function addWords(terms: readonly object[], more: Record<string, unknown> = {}): Promise<Loose> {
  const input = { idempotencyKey: fresh('words'), terms, ...more };
  return call(server, server.tokens.administrator, 'registerVocabulary', input, `position ${TERMS}`);
}

function addProfile(name: string, body: object, more: Record<string, unknown> = {}): Promise<Loose> {
  const input = { idempotencyKey: fresh('profile'), name, version: '1', body, ...more };
  return call(server, server.tokens.administrator, 'registerProfile', input, `position ${PROFILE}`);
}

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Loose> {
  const answer = await server.gql(server.tokens.observer, query, variables);
  if (answer.body.errors !== undefined) throw new Error(JSON.stringify(answer.body.errors));
  return answer.body.data;
}

const kind = (term: string, other: object = {}) => ({
  termKind: 'UNIT_KIND',
  term,
  description: 'A unit of a law.',
  ...other,
});

describe('registerVocabulary', () => {
  test('adds words that the query shows, with who registered them and where', async () => {
    const [one, two] = [freshWord(), freshWord()];
    const terms = [kind(one, { atMost: 2 }), { ...kind(two), termKind: 'SECTION_TYPE' }];
    const answer = await addWords(terms);
    expect(answer).toMatchObject({
      replayed: false,
      rows: [{ table: 'cutter_source.registered_term', inserted: 2, updated: 0 }],
      terms: [
        { term: one, atMost: 2 },
        { term: two, atMost: null },
      ],
    });
    expect(answer.position).toMatch(/^\d+$/);
    const { vocabulary } = await ask(`{ vocabulary { ${TERMS.slice(8, -2)} } }`);
    expect(vocabulary).toContainEqual({ ...answer.terms[0], position: answer.position });
    expect(vocabulary).toContainEqual({ ...answer.terms[1], position: answer.position });
    const { vocabulary: kinds } = await ask('{ vocabulary(termKind: UNIT_KIND) { termKind term } }');
    expect(kinds).toContainEqual({ termKind: 'UNIT_KIND', term: one });
    expect(kinds.map(({ term }: Loose) => term)).not.toContain(two);
  });

  test('shows the words that come with the program, by kind and word', async () => {
    const { vocabulary } = await ask('{ vocabulary { termKind term registeredBy position } }');
    for (const { termKind, term } of BASE_VOCABULARY)
      expect(vocabulary).toContainEqual({
        termKind: termKind.toUpperCase(),
        term,
        registeredBy: null,
        position: null,
      });
    const names = vocabulary.map(
      ({ termKind, term }: Loose) => `${termKind === 'UNIT_KIND' ? 0 : 1} ${term}`,
    );
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
  });

  test('a word that is there with the same meaning is left as it is, by any key and any caller', async () => {
    const word = kind(freshWord());
    const { position } = await addWords([word]);
    const before = await fingerprint(server);
    expect(await addWords([word])).toMatchObject({ replayed: true, rows: [], position });
    expect(await fingerprint(server)).toBe(before);
    const another = freshWord();
    expect(await addWords([word, kind(another)])).toMatchObject({
      replayed: false,
      rows: [{ inserted: 1 }],
      terms: [{ term: word.term }, { term: another }],
    });
  });

  test('a word of the program with its own meaning is a replay without a record', async () => {
    const shipped = BASE_VOCABULARY.find(
      ({ term, termKind }) => term === 'section' && termKind === 'unit_kind',
    );
    const { termKind: _kind, ...word } = shipped as NonNullable<typeof shipped>;
    expect(await addWords([kind('section', word)])).toMatchObject({
      replayed: true,
      rows: [],
      position: null,
    });
  });

  test.each([
    ['another description', { description: 'Something else.' }, 'description'],
    ['another bound', { atMost: 7 }, 'atMost'],
  ])('refuses a word that is there with %s, and names what it is', async (_, other, field) => {
    const word = freshWord();
    await addWords([kind(word)]);
    const before = await fingerprint(server);
    for (const key of [fresh('words'), fresh('words')]) {
      const answer = await addWords([kind(freshWord()), kind(word, other)], { idempotencyKey: key });
      expect(answer).toMatchObject({ __typename: 'AlreadyRegistered', retryable: false });
      expect(places(answer)).toEqual([`input.terms.1.${field}`]);
      expect(answer.message).toMatch(new RegExp(`"${word}".*no bound.*A unit of a law`));
      expect(answer.message).toMatch(/leave it out, or choose another word/);
    }
    expect(await fingerprint(server)).toBe(before);
  });

  test.each([
    ['sub_section', 'SECTION_TYPE', 'subsection'],
    ['sectlon', 'UNIT_KIND', 'section'],
    ['n0te', 'UNIT_KIND', 'note'],
    ['f1gure', 'UNIT_KIND', 'figure'],
    ['iternm', 'UNIT_KIND', null],
    ['itern', 'UNIT_KIND', 'item'],
  ])('%s as %s reads like %s', async (term, termKind, like) => {
    const answer = await addWords([{ ...kind(term), termKind }], { dryRun: true });
    if (like === null) expect(answer.__typename).toBe('RegisterVocabularySuccess');
    else {
      expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'look-alike' }] });
      expect(answer.message).toContain(`"${term}" reads like "${like}". Use that word, or choose`);
      expect(places(answer)).toEqual(['input.terms.0.term']);
    }
  });

  test('two words of one call must not be the same, or read alike', async () => {
    const word = freshWord();
    const twice = await addWords([kind(word), kind(word)]);
    expect(twice).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'doubled' }] });
    const alike = await addWords([kind(`${word}_a`), kind(`${word}a`)]);
    expect(alike).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'look-alike' }] });
    expect(places(alike)).toEqual(['input.terms.1.term']);
  });

  test('proposes the spelling that a word would have', async () => {
    const answer = await addWords([kind('Law Unit')]);
    expect(answer.message).toMatch(/terms\[0\]\.term must .*, for example "law_unit"\./);
  });

  test('another principal who uses the key for other words learns nothing of them', async () => {
    const key = fresh('words');
    const word = freshWord();
    await addWords([kind(word)], { idempotencyKey: key });
    await server.superuser.query(
      `update cutter_source.registered_term set registered_by = gen_random_uuid()::text where term = $1`,
      [word],
    );
    const answer = await addWords([kind(freshWord())], { idempotencyKey: key });
    expect(answer).toMatchObject({ __typename: 'IdempotencyConflict', problems: [{ code: 'of-another' }] });
    expect(JSON.stringify(answer)).not.toContain(word);
  });

  test('of many calls at once that add one word, one writes it and the others are replays', async () => {
    const word = kind(freshWord());
    const answers = await Promise.all(Array.from({ length: 20 }, () => addWords([word])));
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    const other = kind(word.term, { description: 'Another meaning.' });
    const mixed = await Promise.all(
      Array.from({ length: 10 }, (_, at) => addWords([at % 2 === 0 ? word : other])),
    );
    expect(new Set(mixed.map(({ __typename }) => __typename))).toEqual(
      new Set(['RegisterVocabularySuccess', 'AlreadyRegistered']),
    );
  });

  test('of two that read alike, at once, one is there', async () => {
    const word = freshWord();
    const answers = await Promise.all([addWords([kind(`${word}_a`)]), addWords([kind(`${word}a`)])]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'InvalidInput',
      'RegisterVocabularySuccess',
    ]);
  });
});

test('a ledger has at most 1000 registered words', async () => {
  const own = await testServer();
  await own.superuser.query(
    `insert into cutter_source.registered_term select gen_random_uuid(), 'unit_kind', 'word' || n, 'A word.', null, 'k' || n,
       'somebody', 'rehearsal', now() from generate_series(1, 999) n`,
  );
  const add = (count: number) =>
    call(own, own.tokens.administrator, 'registerVocabulary', {
      idempotencyKey: fresh('words'),
      terms: Array.from({ length: count }, () => kind(freshWord())),
    });
  expect(await add(2)).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'too-many-terms' }] });
  expect(await add(1)).toMatchObject({ replayed: false });
  expect(await add(1)).toMatchObject({ __typename: 'InvalidInput' });
});

describe('registerProfile', () => {
  test('publishes a profile in its full form, which the queries show', async () => {
    const name = freshWord();
    const { levels, ...rest } = profileBody();
    // What the format lets one leave out is in the stored form.
    const { holdsHeadings: _holds, ...level } = levels[0] as NonNullable<(typeof levels)[0]>;
    const answer = await addProfile(name, { ...rest, levels: [level] });
    const body = { ...rest, levels: [levels[0]], name, version: '1' };
    expect(answer).toMatchObject({
      replayed: false,
      rows: [{ table: 'cutter_source.profile', inserted: 1 }],
      profile: { reference: `${name}@1`, digest: profileDigest(body), body, isShipped: false },
    });
    for (const reference of [name, `${name}@1`])
      expect(
        await ask(
          `query ($reference: String!) { profile(reference: $reference) { ${PROFILE.slice(10, -2)} } }`,
          { reference },
        ),
      ).toEqual({
        profile: { ...answer.profile, position: answer.position },
      });
  });

  test('a name alone means the highest version, however late it was registered', async () => {
    const name = freshWord();
    for (const version of ['2', '10', '9']) await addProfile(name, profileBody(), { version });
    const { profile } = await ask(`{ profile(reference: "${name}") { version } }`);
    expect(profile).toEqual({ version: '10' });
    expect(await ask(`{ profile(reference: "${name}@3") { version } }`)).toEqual({ profile: null });
  });

  test('the list has the shipped profiles first, then the registered ones, in pages', async () => {
    const name = freshWord();
    for (const version of ['1', '2', '3']) await addProfile(name, profileBody(), { version });
    const { profiles } = await ask(
      '{ profiles(first: 200) { totalCount nodes { reference isShipped digest position } } }',
    );
    const shipped = profiles.nodes.filter(({ isShipped }: Loose) => isShipped);
    expect(profiles.nodes.slice(0, shipped.length)).toEqual(shipped);
    expect(shipped.map(({ reference }: Loose) => reference)).toContain('markdown@2');
    expect(profiles.totalCount).toBe(profiles.nodes.length);
    const own = `query ($after: String) { profiles(first: 2, after: $after, name: "${name}") {
      nodes { version body } pageInfo { hasNextPage endCursor } } }`;
    const first = await ask(own);
    expect(first.profiles.nodes.map(({ version }: Loose) => version)).toEqual(['1', '2']);
    expect(first.profiles.nodes[1].body).toMatchObject({ name, version: '2' });
    const rest = await ask(own, { after: first.profiles.pageInfo.endCursor });
    expect(rest.profiles).toMatchObject({ nodes: [{ version: '3' }], pageInfo: { hasNextPage: false } });
  });

  test('the same profile is a replay by any key; another body is refused, with the next version', async () => {
    const name = freshWord();
    const first = await addProfile(name, profileBody());
    const before = await fingerprint(server);
    expect(await addProfile(name, { ...profileBody(), name, version: '1' })).toEqual({
      ...first,
      replayed: true,
      rows: [],
    });
    const answer = await addProfile(name, profileBody({ titleLength: 400 }));
    expect(answer).toMatchObject({
      __typename: 'AlreadyRegistered',
      problems: [{ code: 'profile-differs' }],
    });
    expect(places(answer)).toEqual(['input.version']);
    expect(answer.message).toContain('Register this one as version 2.');
    expect(await fingerprint(server)).toBe(before);
  });

  test.each([
    ['markdown', 'AlreadyRegistered', 'profile-shipped'],
    ['statute-de', 'AlreadyRegistered', 'profile-shipped'],
    ['rnarkdown', 'InvalidInput', 'look-alike'],
    ['statutede', 'InvalidInput', 'look-alike'],
  ])('the name %s is refused', async (name, __typename, code) => {
    const answer = await addProfile(name, profileBody(), { version: '99' });
    expect(answer).toMatchObject({ __typename, problems: [{ code, path: ['input', 'name'] }] });
  });

  test('each fault of a profile is named at its place', async () => {
    const [level] = profileBody().levels as [ReturnType<typeof wholeLevel>];
    const levels = [
      { ...level, match: ['(?<code>a)', '(?=b)'] },
      { ...level, match: ['(?:a{1000}){1000}'] },
    ];
    const answer = await addProfile(freshWord(), profileBody({ levels }));
    expect(answer).toMatchObject({ __typename: 'InvalidInput' });
    expect(answer.problems.map(({ path, code }: Loose) => `${path.join('.')} ${code}`)).toEqual([
      'input.body.levels.1.id level_doubled',
      'input.body.levels.0.match.1 pattern_refused',
      'input.body.levels.1.match.0 pattern_refused',
    ]);
    expect(answer.problems[1].message).toMatch(
      /^levels\[0\]\.match\[1\]: RE2 can't read the pattern.*no look-ahead/,
    );
  });

  test('a word that the vocabulary lacks is named, until it is registered', async () => {
    const word = freshWord();
    const [level] = profileBody().levels as [ReturnType<typeof wholeLevel>];
    const body = profileBody({ levels: [{ ...level, terms: { kind: word, sectionType: 'section' } }] });
    const name = freshWord();
    const answer = await addProfile(name, body);
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'unknown_unit_kind' }] });
    expect(places(answer)).toEqual(['input.body.levels.0.terms.kind']);
    expect(answer.message).toContain('Register it with registerVocabulary');
    await addWords([kind(word)]);
    expect(await addProfile(name, body)).toMatchObject({ replayed: false });
  });

  test('of many calls at once with two bodies, one body is published', async () => {
    const name = freshWord();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => addProfile(name, profileBody({ titleLength: 100 + (at % 2) }))),
    );
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    expect(answers.filter(({ __typename }) => __typename === 'AlreadyRegistered')).toHaveLength(10);
    const digests = answers.flatMap(({ profile }) => profile?.digest ?? []);
    expect(new Set(digests).size).toBe(1);
  });
});

const TEXT = '# Principles\n\n## NT1 Honesty\n\n(1) Say it.\n\n(2) Mean it.\n\n## NT2 Care\n\nTake care.\n';

async function register(docCode: string): Promise<string> {
  const input = { idempotencyKey: docCode, docCode, content: { text: TEXT } };
  const answer = await call(server, server.tokens.marker, 'registerSource', input, 'source { sourceId }');
  return answer.source.sourceId;
}

const PLAN = `__typename ... on Plan { profile problems { code message }
  units(first: 50) { nodes { kind sectionType address text } } }
  ... on Refusal { message problems { path code message } }`;

async function planOf(variables: Record<string, unknown>): Promise<Loose> {
  const answer = await server.gql(
    server.tokens.marker,
    `query ($sourceId: UUID, $entryId: UUID, $cutSpec: CutSpecInput, $draftProfile: JSON) {
      planCut(sourceId: $sourceId, entryId: $entryId, cutSpec: $cutSpec, draftProfile: $draftProfile) { ${PLAN} } }`,
    variables,
  );
  if (answer.body.errors !== undefined) throw new Error(JSON.stringify(answer.body.errors));
  return answer.body.data.planCut;
}

describe('a registered profile', () => {
  test('is tried on a document before it is registered, and nothing is written', async () => {
    const sourceId = await register(fresh('draft'));
    const draftProfile = { ...profileBody(), name: freshWord(), version: '1' };
    const before = await fingerprint(server);
    const plan = await planOf({ sourceId, draftProfile });
    expect(plan).toMatchObject({ profile: `${draftProfile.name}@1`, problems: [] });
    expect(plan.units.nodes.map(({ kind: one }: Loose) => one)).toContain('clause');
    expect(await fingerprint(server)).toBe(before);
    const faulty = await planOf({ sourceId, draftProfile: { ...draftProfile, nesting: 'x' } });
    expect(faulty).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['draftProfile', 'nesting'] }],
    });
    const both = await planOf({ sourceId, draftProfile, cutSpec: { profile: 'markdown' } });
    expect(both).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: ['cutSpec'] }] });
  });

  test('cuts as its draft did, through all phases, with the words of its users', async () => {
    const [unit, part] = [freshWord(), freshWord()];
    await addWords([kind(unit), { ...kind(part), termKind: 'SECTION_TYPE' }]);
    const [principle, clause] = profileBody().levels as [object, object];
    const body = profileBody({
      levels: [{ ...principle, terms: { kind: unit, sectionType: part } }, clause],
    });
    const name = freshWord();
    const docCode = fresh('own');
    const sourceId = await register(docCode);
    const draft = await planOf({ sourceId, draftProfile: { ...body, name, version: '1' } });
    await addProfile(name, body);
    const mark = await call(
      server,
      server.tokens.marker,
      'mark',
      { idempotencyKey: fresh('mark'), sourceId, cutSpec: { profile: name }, signalSource: 'test' },
      'entry { entryId evidence { payload } }',
    );
    expect(mark.entry.evidence.payload).toMatchObject({ proposed_cut_spec: { profile: `${name}@1` } });
    const entry: Marked = { name: docCode, sourceId, entryId: mark.entry.entryId };
    await sweepAll(server);
    // A later version leaves what was marked as it was.
    await addProfile(name, profileBody({ granularity: 'SECTION' }), { version: '2' });
    expect(await planOf({ entryId: entry.entryId })).toEqual(draft);
    const done = await verified(server, entry);
    expect(done.verdict).toMatchObject({
      result: { verdict: 'PASS' },
      entry: { status: 'VERIFIED_COMPLETE' },
    });
    const { units } = await ask(
      `{ units(filter: { docCode: "${docCode}" }) { nodes { kind sectionType } } }`,
    );
    expect(units.nodes).toContainEqual({ kind: unit, sectionType: part });
    expect(units.nodes.filter(({ kind: one }: Loose) => one === 'clause')).toHaveLength(2);
  });

  test('that was altered or is gone lets no cut pass', async () => {
    const name = freshWord();
    await addProfile(name, profileBody());
    const sourceId = await register(fresh('gone'));
    const mark = await call(
      server,
      server.tokens.marker,
      'mark',
      { idempotencyKey: fresh('mark'), sourceId, cutSpec: { profile: `${name}@1` }, signalSource: 'test' },
      'entry { entryId }',
    );
    const { entryId } = mark.entry;
    const set = (body: string) =>
      server.superuser.query(`update cutter_source.profile set body = ${body} where name = '${name}'`);
    expect(await planOf({ entryId })).toMatchObject({ problems: [] });
    await set(`'{"name": 1}'`);
    expect(await planOf({ entryId })).toMatchObject({ problems: [{ code: 'unknown_profile' }] });
    await server.superuser.query(`delete from cutter_source.profile where name = '${name}'`);
    expect(await planOf({ entryId })).toMatchObject({ problems: [{ code: 'unknown_profile' }] });
  });

  test('that nobody registered is refused by MARK, with the way to the list', async () => {
    const answer = await call(server, server.tokens.marker, 'mark', {
      idempotencyKey: fresh('mark'),
      sourceId: await register(fresh('none')),
      cutSpec: { profile: freshWord() },
      signalSource: 'test',
    });
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'unknown_profile' }] });
    expect(answer.message).toContain('the query "profiles" lists them');
  });
});

test('words and profiles are read with document:read alone', async () => {
  for (const query of [
    '{ vocabulary { term } }',
    '{ profiles { nodes { name } } }',
    '{ profile(reference: "markdown") { name } }',
  ]) {
    expect((await server.gql(server.tokens.observer, query)).body.errors).toBeUndefined();
    expect((await server.gql(null, query)).body.errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  }
});
