import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skeletonOf } from '../../src/document/address/lookalike.ts';
import { docCodeFault } from '../../src/document/address.ts';
import { call, fresh, type Loose, sampleText } from '../harness/cycle.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

function register(docCode: string, text = sampleText(fresh())): Promise<Loose> {
  const input = { idempotencyKey: fresh('source'), docCode, content: { text } };
  return call(server, server.tokens.marker, 'registerSource', input, 'source { docCode }');
}

const SUCCESS = { __typename: 'RegisterSourceSuccess' };
const wide = (text: string) =>
  [...text].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join('');
/** Latin letters as the Cyrillic ones that look like them. */
const cyrillic = (text: string) =>
  text.replace(
    /[aceopxy]/g,
    (letter) => ({ a: 'а', c: 'с', e: 'е', o: 'о', p: 'р', x: 'х', y: 'у' })[letter]!,
  );

describe('a new document code', () => {
  test.each([
    ['in letters of full width', wide('bgb'), 'bgb'],
    ['in letters of another script', cyrillic('cope'), 'cope'],
    ['in Latin letters', 'coax', cyrillic('coax')],
    ['in another form of one letter', 'ﬁnes', 'fines'],
    ['in mathematical letters', '𝐡𝐠𝐛', 'hgb'],
  ])('%s that looks like another is refused, with both ways out', async (_, code, taken) => {
    expect(await register(taken)).toMatchObject(SUCCESS);
    const refused = await register(code);
    expect(refused).toMatchObject({
      __typename: 'InvalidInput',
      retryable: false,
      problems: [{ path: ['input', 'docCode'], code: 'doc_code_lookalike' }],
    });
    expect(refused.message).toContain(`looks like "${taken}"`);
    expect(refused.message).toContain(`write "${taken}"`);
    // Versions of the document that has the code come as before.
    expect(await register(taken)).toMatchObject(SUCCESS);
  });

  test.each([
    ['letters of two scripts in a word', 'вgb', 'doc_code_mixed_script'],
    ['a capital letter', 'Sgb', 'invalid'],
    ['a character that nobody sees', 'sg\u200bb', 'invalid'],
    ['a letter that nobody sees', 'sg\u115fb', 'invalid'],
  ])('with %s is refused, whatever there is', async (_, code, problem) => {
    expect(await register(code)).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['input', 'docCode'], code: problem }],
    });
  });

  test('that differs to the eye is taken: another sign, another number, marks, another script', async () => {
    for (const code of ['estg', 'estg-2', 'estg.2', 'éstg', 'гк-рф', '民法', 'kpΩ'.toLowerCase()])
      expect(await register(code), code).toMatchObject(SUCCESS);
  });

  test('of twenty that look alike and come at once, one is taken', async () => {
    for (const name of ['oxa', 'apo', 'ecco']) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => register(at % 2 === 0 ? name : cyrillic(name))),
      );
      const codes = answers.flatMap((answer) => answer.source?.docCode ?? []);
      expect(new Set(codes).size).toBe(1);
      expect(codes).toHaveLength(10);
      for (const { __typename } of answers) expect(__typename).toMatch(/RegisterSourceSuccess|InvalidInput/);
    }
  });
});

test('codes that an earlier version took stay usable, and hinder new ones', async () => {
  for (const code of ['аct', 'act']) {
    await server.superuser.query(
      `insert into cutter_source.source
        select gen_random_uuid(), $1 || '-key', $1, s.title, s.media_type, 'sha256:' || $1, s.byte_length, s.content,
          s.registered_by, s.mode, s.registered_at
        from cutter_source.source s limit 1`,
      [code],
    );
    expect(await register(code), code).toMatchObject(SUCCESS);
  }
  expect(await register(wide('act'))).toMatchObject({ problems: [{ code: 'doc_code_lookalike' }] });
});

test('codes look alike to the database exactly where addresses do', async () => {
  const random = seeded(testSeed()).named('looks');
  const letters = [
    ...'abcdehijklmnopqrstuvwxyz09._-',
    ...'аαвβсϲԁеһհніιıјϳյкκӏмոоοօрρԛգѕтτսυνѵԝхχуүßæøđéêдяжъыπσωλآب法ａｂﬀﬁªº𝐚𝐳²ᴬⅷ',
  ];
  const codes = Array.from({ length: 4_000 }, () =>
    Array.from({ length: random.between(1, 6) }, () => random.pick(letters)).join(''),
  ).filter((code) => docCodeFault(code) === null);
  expect(codes.length).toBeGreaterThan(1_000);
  const { rows } = await server.superuser.query(
    'select code, cutter_source.code_look(code) as look from unnest($1::text[]) as code',
    [codes],
  );
  for (const { code, look } of rows) expect(look, code).toBe(skeletonOf(code));
});

test('who looks for codes that look alike reads no other sources', async () => {
  const client = await server.superuser.connect();
  try {
    await client.query('begin; set local enable_seqscan = off');
    const planned = await client.query(
      `explain select s.doc_code from cutter_source.source s
        where cutter_source.code_look(s.doc_code) = cutter_source.code_look('bgb')`,
    );
    expect(JSON.stringify(planned.rows)).toContain('source_code_look_idx');
    await client.query('rollback');
  } finally {
    client.release();
  }
});
