import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { call, fresh, type Loose, marked, reviewed, sampleText } from '../harness/cycle.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const HTML = '<!DOCTYPE html>\n<html><body><h1>Law</h1><p>Who may sign.</p></body></html>\n';
const PROBLEMS = 'problems { path code message severity }';

function register(content: object, more: object = {}): Promise<Loose> {
  const input = { idempotencyKey: fresh('register'), docCode: fresh('law'), content, ...more };
  return call(server, server.tokens.marker, 'registerSource', input, `source { sourceId } ${PROBLEMS}`);
}

describe('registerSource', () => {
  test.each([
    ['an HTML page', { text: HTML }, 'content_html', /HTML document.*pandoc/],
    ['an HTML page as plain text', { text: HTML }, 'content_html', /HTML document/, 'text/plain'],
    ['an ASCII PDF', { text: '%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n' }, 'content_pdf', /PDF.*pdftotext/],
    ['JSON', { text: '{"law": ["Who may sign."]}' }, 'content_json', /JSON/],
    [
      'a Word file',
      { base64: Buffer.from('PK\x03\x04\x14\0\0\0\0\0word/document.xml', 'latin1').toString('base64') },
      'content_docx',
      /Word file.*pandoc FILE\.docx/,
    ],
    [
      'text in UTF-16',
      { base64: Buffer.from('\ufeff# Law\n', 'utf16le').toString('base64') },
      'source_not_utf8',
      /UTF-16.*iconv/,
    ],
  ])('refuses %s by name and writes nothing', async (_, content, code, says, mediaType?: string) => {
    const before = await fingerprint(server);
    const refused = await register(content, mediaType === undefined ? {} : { mediaType });
    expect(refused).toMatchObject({
      __typename: 'InvalidInput',
      retryable: false,
      message: expect.stringMatching(says),
      problems: [{ path: ['input', 'content'], code }],
    });
    expect(await fingerprint(server)).toBe(before);
  });

  test('warns of a long text without a heading, and of characters that were lost', async () => {
    const long = await register({ text: 'Words of law. '.repeat(300) });
    expect(long).toMatchObject({
      __typename: 'RegisterSourceSuccess',
      problems: [{ code: 'no_heading', severity: 'WARNING', path: ['input', 'content'] }],
    });
    const lost = await register({ text: '# Law\n\nGr\ufffd\ufffde\n' });
    expect(lost.problems).toMatchObject([{ code: 'replacement_character', severity: 'WARNING' }]);
    expect(await register({ text: sampleText('quiet') })).toMatchObject({ problems: [] });
  });
});

describe('a source that stands from before its content was recognised', () => {
  /** As an earlier version took it. */
  async function standing(text: string): Promise<{ sourceId: string; key: string; docCode: string }> {
    const { source } = await register({ text: sampleText(fresh('neighbour')) });
    const [key, docCode] = [fresh('old'), fresh('old')];
    const { rows } = await server.superuser.query(
      `insert into cutter_source.source
       select gen_random_uuid(), $2, $3, null, media_type, $4, $5, $6, registered_by, mode, registered_at
       from cutter_source.source where source_id = $1 returning source_id`,
      [
        source.sourceId,
        key,
        docCode,
        `sha256:${createHash('sha256').update(text).digest('hex')}`,
        Buffer.byteLength(text),
        Buffer.from(text),
      ],
    );
    return { sourceId: rows[0].source_id, key, docCode };
  }

  test('is planned with an error that names it, and neither marked nor approved', async () => {
    const { sourceId } = await standing(HTML);
    const { body } = await server.gql(
      server.tokens.reviewer,
      `query ($sourceId: UUID) { planCut(sourceId: $sourceId, cutSpec: { profile: "markdown" }) {
        ... on Plan { ${PROBLEMS} coverage { complete } } } }`,
      { sourceId },
    );
    expect(body.data.planCut.problems[0]).toMatchObject({ code: 'content_html', severity: 'ERROR' });
    const mark = {
      idempotencyKey: fresh('mark'),
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'test',
    };
    expect(await call(server, server.tokens.marker, 'mark', mark)).toMatchObject({
      __typename: 'CoverageBroken',
      message: expect.stringMatching(/HTML document.*pandoc/),
      problems: [{ code: 'content_html' }],
    });
  });

  test('is approved and cut no more where it was marked before', async () => {
    const { sourceId } = await standing(HTML);
    const pending = await marked(server);
    const approved = await reviewed(server);
    for (const { entryId } of [pending, approved])
      await server.superuser.query(
        `update cutter_governance.decision_backlog_entry set payload = jsonb_set(payload, '{iu_ref}', to_jsonb($2::text)) where entry_id = $1`,
        [entryId, `source:${sourceId}`],
      );
    const digest = `sha256:${'0'.repeat(64)}`;
    await call(server, server.tokens.marker, 'sweep', { idempotencyKey: fresh('sweep'), limit: 1000 });
    const review = {
      idempotencyKey: fresh('review'),
      entryId: pending.entryId,
      verdict: 'APPROVE',
      manifestDigest: digest,
    };
    expect(await call(server, server.tokens.reviewer, 'review', review)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'content_html' }],
    });
    const cut = {
      idempotencyKey: fresh('cut'),
      entryId: approved.entryId,
      manifestDigest: approved.manifestDigest,
    };
    expect(await call(server, server.tokens.executor, 'cut', cut)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'content_html' }],
    });
  });

  test('is given back to whoever repeats the call that registered it, with what it is', async () => {
    const { sourceId, key, docCode } = await standing(HTML);
    expect(await register({ text: HTML }, { idempotencyKey: key, docCode })).toMatchObject({
      replayed: true,
      source: { sourceId },
      problems: [{ code: 'content_html', severity: 'ERROR' }],
    });
    expect(await register({ text: HTML }, { docCode })).toMatchObject({ __typename: 'InvalidInput' });
  });

  test('is planned for VERIFY as it was: what was cut stays verifiable', () => {
    const plan = planDocument({
      bytes: Buffer.from(HTML),
      docCode: 'old',
      spec: { profile: 'markdown@1' },
      vocabulary: BASE_VOCABULARY,
    });
    expect(plan).toMatchObject({
      problems: [],
      foreign: { code: 'content_html' },
      coverage: { complete: true },
    });
    expect(plan.records).toHaveLength(1);
  });
});
