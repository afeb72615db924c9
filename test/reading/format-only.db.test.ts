import { afterAll, beforeAll, expect, test } from 'vitest';
import { fresh, type Loose, marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const LAW = '# Law\n\n## § 1 Größe\n\nBees are small.\n\n## § 2 Hives\n\nHives are not.\n';

/** Cuts versions of a document, one after the other; returns its code. */
async function cutVersions(...texts: readonly string[]): Promise<string> {
  const docCode = fresh('law');
  for (const text of texts) await verified(server, await marked(server, fresh(), { docCode, text }));
  return docCode;
}

/** `formatOnly` of the newest version of each unit, by the last part of its address. */
async function formatsOf(docCode: string): Promise<Record<string, boolean>> {
  const query = `query ($docCode: String!) { document(docCode: $docCode) {
    units(first: 50) { nodes { address version { versionSeq formatOnly } } } } }`;
  const { body } = await server.gql(server.tokens.reviewer, query, { docCode });
  expect(body.errors).toBeUndefined();
  const { nodes } = body.data.document.units;
  return Object.fromEntries(
    nodes.map(({ address, version }: Loose) => [address.slice(docCode.length), version.formatOnly]),
  );
}

test('line ends, the normal form and blanks at the ends of lines are format only', async () => {
  const none = { '': false, '/p-1': false, '/p-2': false };
  expect(await formatsOf(await cutVersions(LAW))).toEqual(none);
  const all = { '': true, '/p-1': true, '/p-2': true };
  expect(await formatsOf(await cutVersions(LAW, LAW.replaceAll('\n', '\r\n')))).toEqual(all);
  expect(await formatsOf(await cutVersions(LAW, LAW.normalize('NFD')))).toEqual({ ...none, '/p-1': true });
  expect(await formatsOf(await cutVersions(LAW, LAW.replace('small.', 'small. ')))).toEqual({
    ...none,
    '/p-1': true,
  });
  expect(await formatsOf(await cutVersions(LAW, LAW.replace('small', 'tiny')))).toEqual(none);
});

test.each<[string, string]>([
  ['citation', `provenance = jsonb_set(provenance, '{label}', '["§ 7"]')`],
  ['title', `title = 'Another'`],
  ['number', `provenance = jsonb_set(provenance, '{section_code}', '"§ 7"')`],
  ['kind', `provenance = jsonb_set(provenance, '{kind}', '"clause"')`],
  ['section type', `provenance = jsonb_set(provenance, '{section_type}', '"annex"')`],
  ['parent', `provenance = jsonb_set(provenance, '{parent_unit_id}', 'null')`],
])('a version with another %s than the one before is none', async (_, before) => {
  const docCode = await cutVersions(LAW, LAW.replaceAll('\n', '\r\n'));
  await server.superuser.query(
    `update public.unit_version set ${before} where version_seq = 1 and unit_id = (
      select id from public.information_unit where canonical_address = $1)`,
    [`${docCode}/p-2`],
  );
  expect(await formatsOf(docCode)).toEqual({ '': true, '/p-1': true, '/p-2': false });
});

test('a version with the same bytes as the one before is none: something else made it', async () => {
  const docCode = await cutVersions(LAW, LAW.replaceAll('\n', '\r\n'));
  await server.superuser.query(
    `update public.unit_version v set body = (select w.body from public.unit_version w
        where w.unit_id = v.unit_id and w.version_seq = 2)
      where version_seq = 1 and unit_id = (select id from public.information_unit where canonical_address = $1)`,
    [`${docCode}/p-2`],
  );
  expect(await formatsOf(docCode)).toEqual({ '': true, '/p-1': true, '/p-2': false });
});
