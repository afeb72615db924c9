import { beforeAll, describe, expect, test } from 'vitest';
import { fresh, marked, sampleText, verified, verifyCut, wasCut } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { TAMPERS, type Tamper } from './tampers.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

async function count(table: string): Promise<number> {
  const { rows } = await server.superuser.query(`select count(*)::int as n from ${table}`);
  return rows[0].n;
}

describe('VERIFY bites: altered between CUT and VERIFY, it fails, names axis and unit, compensates and escalates', () => {
  test.each(TAMPERS.map((tamper) => [tamper.what, tamper] as const))('%s', async (_, tamper) => {
    const made = await wasCut(server);
    await server.superuser.query(tamper.sql(made));
    const before = await count('cutter_governance.decision_backlog_history');
    const verdict = await verifyCut(server, made);
    expect(verdict.__typename).toBe('VerifySuccess');
    expect(verdict.result.verdict).toBe('FAIL');
    expect(verdict.entry.status).toBe('VERIFY_FAILED_ESCALATED');
    const { axis, code } = tamper;
    const unit = tamper.unit === null ? null : expect.stringMatching(`^${made.name}/.*${tamper.unit}$`);
    expect(verdict.findings).toContainEqual(expect.objectContaining({ axis, code, unit }));
    expect(verdict.result[axis === 'A' ? 'axis1Status' : 'axis2Status']).toBe('FAIL');
    expect(await count('cutter_governance.decision_backlog_history')).toBe(before + 2);
    const { rows } = await server.superuser.query(
      `select c.change_kind, c.affected_row_count, c.idempotency_key, e.kind, e.status, e.payload->>'idempotency_key' as key
      from cutter_governance.verify_result r
      join cutter_governance.cut_change_set c on c.change_set_id = r.rollback_change_set_id_triggered
      join cutter_governance.decision_backlog_entry e on e.entry_id = r.escalation_ref
      where r.change_set_id = $1 and c.compensates_change_set_id = $1`,
      [made.changeSetId],
    );
    expect(rows).toEqual([
      {
        change_kind: 'compensation',
        affected_row_count: 0,
        idempotency_key: `compensate:${made.changeSetId}`,
        kind: 'escalation',
        status: 'marked',
        key: expect.stringMatching(/^escalate:/),
      },
    ]);
  });

  const VERSION = 'public.unit_version v set';
  const UNIT = 'public.information_unit u set';
  test.each([
    [
      'a kind',
      'B',
      'provenance-kind-differs',
      VERSION,
      `provenance = jsonb_set(provenance, '{kind}', '"paragraph"')`,
    ],
    [
      'a parent',
      'C',
      'provenance-parent_address-differs',
      VERSION,
      `provenance = jsonb_set(provenance, '{parent_address}', 'null')`,
    ],
    ['a body', 'A', 'body-differs', VERSION, `body = body || 'x'`],
    ['a review state', 'B', 'review_state-differs', VERSION, `review_state = 'draft'`],
    ['the unit of a version', 'A', 'unit_id-differs', VERSION, `unit_id = (select id from strange)`],
    ['the kind at birth', 'B', 'unit_kind-differs', UNIT, `unit_kind = 'container'`],
    ['the order at birth', 'C', 'sort_order-differs', UNIT, `sort_order = 7`],
    ['the parent at birth', 'C', 'parent_or_container_ref-differs', UNIT, `parent_or_container_ref = null`],
  ])('%s of a unit that an amendment left unchanged', async (_, axis, code, row, assignment) => {
    const name = fresh('unchanged');
    const other = await verified(server, await marked(server));
    await verified(server, await marked(server, name));
    const text = sampleText(name).replace(`Second ${name}.`, 'Amended.');
    const made = await wasCut(server, await marked(server, `${name}-b`, { docCode: name, text }));
    const from = row === VERSION ? 'from public.information_unit u where u.id = v.unit_id and' : 'where';
    await server.superuser.query(
      `with strange as (insert into public.information_unit
        select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'canonical_address',
          '${other.name}/strange', 'version_anchor_ref', null))).* from public.information_unit o
        where o.canonical_address = '${other.name}/one' returning id)
      update ${row} ${assignment} ${from} u.doc_code = '${name}' and u.canonical_address like '%/one'`,
    );
    const verdict = await verifyCut(server, made);
    expect(verdict.result.verdict).toBe('FAIL');
    expect(verdict.findings).toContainEqual(
      expect.objectContaining({ axis, code, unit: expect.stringMatching(/one$/) }),
    );
  });

  test('after a dropped version, a new entry cuts the document again and passes', async () => {
    const name = fresh('dropped');
    const made = await wasCut(server, await marked(server, name));
    await server.superuser.query(
      `with gone as (update public.information_unit set version_anchor_ref = null where doc_code = '${name}' and canonical_address like '%/one' returning id)
      delete from public.unit_version where unit_id in (select id from gone)`,
    );
    expect((await verifyCut(server, made)).result.verdict).toBe('FAIL');
    const again = await verified(
      server,
      await marked(server, `${name}-b`, { docCode: name, text: sampleText(name) }),
    );
    expect(again.verdict.findings).toEqual([]);
  });

  test('a cut that is wrong everywhere has 200 findings, and the first is the reason in every row', async () => {
    const name = fresh('everywhere');
    const sections = Array.from({ length: 205 }, (_, at) => `## Section ${at}\n\nText ${at}.\n\n`);
    const made = await wasCut(
      server,
      await marked(server, name, { text: `# ${name}\n\n${sections.join('')}` }),
    );
    await server.superuser.query(
      `update public.unit_version set body = body || 'x' where provenance->>'change_set_id' = $1`,
      [made.changeSetId],
    );
    await verifyCut(server, made);
    const { rows } = await server.superuser.query(
      `select r.findings->'total' as total, r.findings->'problems' as problems, r.verdict_rationale as result,
        c.rollback_reason as compensation, h.rationale as moved, e.rationale as escalated
      from cutter_governance.verify_result r
      join cutter_governance.cut_change_set c on c.compensates_change_set_id = r.change_set_id
      join cutter_governance.decision_backlog_history e on e.entry_id = r.escalation_ref
      join cutter_governance.decision_backlog_history h on h.entry_id = $2 and h.change_kind = 'verify:fail'
      where r.change_set_id = $1`,
      [made.changeSetId, made.entryId],
    );
    const [{ total, problems, ...reasons }] = rows;
    expect(rows).toHaveLength(1);
    expect(total).toBeGreaterThan(200);
    expect(problems).toHaveLength(200);
    const first = problems[0].message;
    expect(first).not.toBe(problems[1].message);
    expect(reasons).toEqual({ result: first, compensation: first, moved: first, escalated: first });
  });

  test('an untouched cut passes', async () => {
    const verdict = await verifyCut(server, await wasCut(server));
    expect(verdict.result.verdict).toBe('PASS');
    expect(verdict.findings).toEqual([]);
  });
});

describe('the result says how many rows were compared', () => {
  const checkedRows = async ({ changeSetId }: { changeSetId: string }) => {
    const { rows } = await server.superuser.query(
      'select checked_row_count as n from cutter_governance.verify_result where change_set_id = $1',
      [changeSetId],
    );
    return rows[0].n;
  };

  test('the blocks, units, versions and affected rows, and change set, approval and signature', async () => {
    const made = await wasCut(server);
    await verifyCut(server, made);
    const { rows } = await server.superuser.query(
      `select (select count(*) from cutter_governance.manifest_unit_block b
          join cutter_governance.manifest_envelope m using (envelope_id) where m.source_doc_ref = $2)::int as blocks,
        (select count(*) from public.information_unit where doc_code = $3)::int as units,
        (select count(*) from public.unit_version where provenance->>'change_set_id' = $1)::int as versions,
        (select count(*) from cutter_governance.cut_change_set_affected_row where change_set_id = $1::uuid)::int as affected`,
      [made.changeSetId, made.entryId, made.name],
    );
    const { blocks, units, versions, affected } = rows[0];
    expect([units, versions, affected].every((n) => n === units && n > 1)).toBe(true);
    expect(await checkedRows(made)).toBe(blocks + units + versions + affected + 3);
  });

  test.each(['a source reference that is no id', 'an empty payload', 'a summary that nobody can read'])(
    'none where the cut can’t be made again: %s',
    async (what) => {
      const made = await wasCut(server);
      const tamper = TAMPERS.find((one) => one.what === what) as Tamper;
      await server.superuser.query(tamper.sql(made));
      expect((await verifyCut(server, made)).result.verdict).toBe('FAIL');
      expect(await checkedRows(made)).toBe(0);
    },
  );
});
