import { beforeAll, describe, expect, test } from 'vitest';
import { capture, type Sent } from '../../bench/capture.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { fresh, type Loose, type Marked, marked, verified, verifyCut, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';

const UNITS = 5_000;
/** What one statement may carry: some hundred rows, or one part of a record. */
const MOST_BYTES = 2_500_000;

const textOf = (changed: number) =>
  `# Law\n\n${Array.from(
    { length: UNITS - 1 },
    (_, at) =>
      `## Section ${at}\n\n${at === changed ? 'Amended' : `The text of section ${at}`}, Đoạn ${at}.\n\n`,
  ).join('')}`;

/** Bytes of what a statement carries, beside the document itself. */
const weightOf = ({ values = [] }: Sent): number =>
  values.reduce<number>((sum, value) => sum + (value == null ? 0 : JSON.stringify(value).length), 0);

let server: TestServer;
let sent: Sent[] = [];
let first: Marked & { readonly changeSetId: string };
let verdict: Loose;
beforeAll(async () => {
  server = await testServer();
  const docCode = fresh('large');
  const entry = await marked(server, docCode, { docCode, text: textOf(UNITS) });
  const end = capture((one) => sent.push(one));
  first = await wasCut(server, entry);
  verdict = await verifyCut(server, first);
  end();
}, MAKES_A_LEDGER_MS);

describe('A document of thousands of units', () => {
  test('passes its phases', () => {
    expect(verdict).toMatchObject({ __typename: 'VerifySuccess' });
    expect(verdict.rows.find((row: Loose) => row.table === 'verify_result')).toMatchObject({ inserted: 1 });
  });

  test('is sent and read back some hundred rows at a time, whatever it has', () => {
    const heavy = sent.filter((one) => weightOf(one) > MOST_BYTES).map(({ text }) => text.slice(0, 60));
    expect(heavy).toEqual([]);
    const count = (name: string) => sent.filter((one) => one.name?.startsWith(name)).length;
    for (const table of ['public.information_unit', 'public.unit_version'])
      expect(count(`chunk.${table}`)).toBe(UNITS / 500);
    // The first page comes with what else is looked at. CUT and VERIFY both read the manifest.
    expect(count('blocks.page')).toBe(2 * (UNITS / 500));
    expect(count('verify.units')).toBe(UNITS / 500);
    expect(count('verify.affected')).toBe(UNITS / 500);
  });

  test('leaves records whose parts are at most 1 MB and give the hash that the log has', async () => {
    const { rows } = await server.superuser.query<{ hash: string; parts: string[]; most: number }>(
      `select l.record_hash as hash, array_agg(p.body order by p.part) as parts,
         max(octet_length(p.body)) as most, array_agg(p.part order by p.part) as numbers
       from cutter_log.log l join cutter_log.record_part p using (record_id)
       group by l.position, l.record_hash having count(*) > 1`,
    );
    // REVIEW and CUT.
    expect(rows).toHaveLength(2);
    for (const { hash, parts, most } of rows) {
      expect(digestOf(parts.join(''))).toBe(hash);
      expect(most).toBeLessThanOrEqual(1_000_000);
      const { rows: written } = JSON.parse(parts.join(''));
      expect(written.length).toBeGreaterThanOrEqual(UNITS);
    }
  });

  test('is amended: one version is new, and all others stay', async () => {
    sent = [];
    const amendment = await marked(server, fresh(), { docCode: first.name, text: textOf(7) });
    const done = (await verified(server, amendment)) as Loose;
    const { rows } = await server.superuser.query(
      `select c.affected_row_count as affected, r.verdict from cutter_governance.cut_change_set c
       join cutter_governance.verify_result r using (change_set_id) where c.change_set_id = $1`,
      [done.changeSetId],
    );
    expect(rows).toEqual([{ affected: 1, verdict: 'pass' }]);
  });

  test('fails its verification where one of its rows is altered, and that row alone is named', async () => {
    const docCode = fresh('altered');
    const made = await wasCut(server, await marked(server, docCode, { docCode, text: textOf(UNITS) }));
    await server.superuser.query(
      `update public.unit_version set body = 'Another text.'
       where provenance->>'change_set_id' = $1 and provenance->>'local_id' = 'u004321'`,
      [made.changeSetId],
    );
    const failed = await verifyCut(server, made);
    const { rows } = await server.superuser.query(
      `select findings->'problems' as problems from cutter_governance.verify_result where change_set_id = $1`,
      [made.changeSetId],
    );
    expect(failed.__typename).toBe('VerifySuccess');
    expect(rows[0].problems.map(({ code }: Loose) => code)).toEqual([
      'body-differs',
      'reconstruction_differs',
    ]);
  });
});
