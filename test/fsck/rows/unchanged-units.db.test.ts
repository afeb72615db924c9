import { beforeAll, expect, test } from 'vitest';
import { checkLedger } from '../../../src/fsck/check.ts';
import { fresh, marked, verified, verifyCut, wasCut } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { settled, tamper } from '../fsck-ground.ts';

/*
 * What a cut leaves unchanged was written by an earlier one. VERIFY holds it to what the approved manifest says. Order
 * makes no version, so the manifest says nothing of the order that an older version was born with: its record does.
 */

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const FIRST = '# Law\n\n## § 1 Bees\n\nOf bees.\n\n## § 2 Hives\n\nOf hives.\n\n## End\n\nThe end.\n';
const SECOND = FIRST.replace('## § 2', '## § 1a Wax\n\nOf wax.\n\n## § 2');

test.each<[string, string, 'PASS' | 'FAIL']>([
  ['order among its siblings', `{sort_order}', '7`, 'PASS'],
  ['parent', `{parent_address}', '"elsewhere"`, 'FAIL'],
  ['citation', `{label}', '["§ 9"]`, 'FAIL'],
  ['kind', `{kind}', '"clause"`, 'FAIL'],
])('an unchanged unit with another %s is named by the full check', async (_, change, verdict) => {
  const docCode = fresh('law');
  await verified(server, await marked(server, fresh(), { docCode, text: FIRST }));
  const made = await wasCut(server, await marked(server, fresh(), { docCode, text: SECOND }));
  await settled(server);
  const { rows } = await server.superuser.query(
    'select version_anchor_ref as id from public.information_unit where canonical_address = $1',
    [`${docCode}/p-2`],
  );
  const [{ id }] = rows;
  const alter = `update public.unit_version set provenance = jsonb_set(provenance, '${change}') where id = '${id}'`;
  await tamper(server, ['public.unit_version'], [alter], async () => {
    expect((await verifyCut(server, made)).result.verdict).toBe(verdict);
    await settled(server);
    const { findings } = await checkLedger({ url: server.database.urls.evidence });
    expect(findings.filter(({ key }) => key === id)).toMatchObject([
      { verdict: 'edited', table: 'public.unit_version', column: 'provenance' },
    ]);
  });
});
