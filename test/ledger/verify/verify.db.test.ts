import { beforeAll, describe, expect, test } from 'vitest';
import { fresh, type Loose, marked, sampleText, verified, verifyCut, wasCut } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { TAMPERS } from './tampers.ts';

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
    const found = verdict.findings.find((f: Loose) => f.code === tamper.code && f.axis === tamper.axis);
    expect(found, JSON.stringify(verdict.findings)).toBeDefined();
    if (tamper.unit === null) expect(found.unit).toBeNull();
    else expect(found.unit).toMatch(new RegExp(`^${made.name}/.*${tamper.unit}$`));
    expect(verdict.result[tamper.axis === 'A' ? 'axis1Status' : 'axis2Status']).toBe('FAIL');
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

  test.each([
    ['a kind', 'B', 'provenance-kind-differs', `provenance = jsonb_set(provenance, '{kind}', '"paragraph"')`],
    [
      'a parent',
      'C',
      'provenance-parent_address-differs',
      `provenance = jsonb_set(provenance, '{parent_address}', 'null')`,
    ],
    ['a body', 'A', 'body-differs', `body = body || 'x'`],
    ['a review state', 'B', 'review_state-differs', `review_state = 'draft'`],
  ])('%s of a unit that an amendment left unchanged', async (_, axis, code, assignment) => {
    const name = fresh('unchanged');
    await verified(server, await marked(server, name));
    const text = sampleText(name).replace(`Second ${name}.`, 'Amended.');
    const made = await wasCut(server, await marked(server, `${name}-b`, { docCode: name, text }));
    await server.superuser.query(`update public.unit_version v set ${assignment} from public.information_unit u
      where u.id = v.unit_id and u.doc_code = '${name}' and u.canonical_address like '%/one'`);
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
