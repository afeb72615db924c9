import { beforeAll, describe, expect, test } from 'vitest';
import { type Loose, verifyCut, type WasCut, wasCut } from './harness/cycle.ts';
import { type TestServer, testServer } from './harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** What a superuser alters between CUT and VERIFY, and where the verdict must point. */
interface Tamper {
  readonly what: string;
  readonly sql: (made: WasCut) => string;
  readonly axis: 'A' | 'B' | 'C';
  readonly code: string;
  /** The address below the document's; null where no unit is meant. */
  readonly unit: string | null;
}

const cs = (made: WasCut) => `'${made.changeSetId}'`;
const version = (made: WasCut) =>
  `(select v.id from public.unit_version v join public.information_unit u on u.id = v.unit_id
    where v.provenance->>'change_set_id' = ${cs(made)} and u.canonical_address like '%/one')`;
const unit = (made: WasCut) =>
  `(select id from public.information_unit where doc_code = '${made.name}' and canonical_address like '%/one')`;
const signature = (made: WasCut) =>
  `(select executor_signature_id from cutter_governance.cut_change_set where change_set_id = ${cs(made)})`;

const TAMPERS: readonly Tamper[] = [
  {
    what: 'a body',
    axis: 'A',
    code: 'body-differs',
    unit: 'one',
    sql: (m) => `update public.unit_version set body = body || 'x' where id = ${version(m)}`,
  },
  {
    what: 'white space in a body',
    axis: 'A',
    code: 'body-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set body = replace(body, E'\\n\\n', E' \\n\\n') where id = ${version(m)}`,
  },
  {
    what: 'a hash',
    axis: 'A',
    code: 'content_hash-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set content_hash = 'sha256:' || repeat('0', 64) where id = ${version(m)}`,
  },
  {
    what: 'a title',
    axis: 'A',
    code: 'title-differs',
    unit: 'one',
    sql: (m) => `update public.unit_version set title = 'Other' where id = ${version(m)}`,
  },
  {
    what: 'a parent',
    axis: 'C',
    code: 'parent_or_container_ref-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set parent_or_container_ref = null where id = ${unit(m)}`,
  },
  {
    what: 'a parent in the version',
    axis: 'C',
    code: 'provenance-parent_address-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set provenance = jsonb_set(provenance, '{parent_address}', 'null') where id = ${version(m)}`,
  },
  {
    what: 'a kind',
    axis: 'B',
    code: 'unit_kind-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set unit_kind = 'container' where id = ${unit(m)}`,
  },
  {
    what: 'a kind that the vocabulary lacks',
    axis: 'B',
    code: 'provenance-kind-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set provenance = jsonb_set(provenance, '{kind}', '"spell"') where id = ${version(m)}`,
  },
  {
    what: 'a section type',
    axis: 'B',
    code: 'section_type-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set section_type = 'lead' where id = ${unit(m)}`,
  },
  {
    what: 'an order',
    axis: 'C',
    code: 'sort_order-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set sort_order = 7 where id = ${unit(m)}`,
  },
  {
    what: 'an address',
    axis: 'C',
    code: 'canonical_address-differs',
    unit: 'one',
    sql: (m) =>
      `update public.information_unit set canonical_address = '${m.name}/elsewhere' where id = ${unit(m)}`,
  },
  {
    what: 'an anchor',
    axis: 'A',
    code: 'anchor-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set content_anchor_ref = 'nowhere' where id = ${unit(m)}`,
  },
  {
    what: 'a dropped version',
    axis: 'A',
    code: 'version-missing',
    unit: 'one',
    sql: (m) =>
      `with gone as (update public.information_unit set version_anchor_ref = null where id = ${unit(m)}) delete from public.unit_version where id = ${version(m)}`,
  },
  {
    what: 'a dropped unit',
    axis: 'C',
    code: 'unit-missing',
    unit: 'one',
    sql: (m) =>
      `delete from public.unit_version where id = ${version(m)}; delete from public.information_unit where id = ${unit(m)}`,
  },
  {
    what: 'an added unit',
    axis: 'C',
    code: 'unit-added',
    unit: 'stranger',
    sql: (m) =>
      `insert into public.information_unit select (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(), 'canonical_address', '${m.name}/stranger', 'version_anchor_ref', null))).* from public.information_unit u where id = ${unit(m)}`,
  },
  {
    what: 'an added version',
    axis: 'A',
    code: 'version-added',
    unit: 'one',
    sql: (m) =>
      `insert into public.unit_version select (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(), 'version_seq', 2, 'body', 'other'))).* from public.unit_version v where id = ${version(m)}`,
  },
  {
    what: 'the source',
    axis: 'A',
    code: 'source-altered',
    unit: null,
    sql: (m) =>
      `update cutter_source.source set content = content || 'x'::bytea where source_id = '${m.sourceId}'`,
  },
  {
    what: 'an affected row',
    axis: 'A',
    code: 'after_state_snapshot-differs',
    unit: 'one',
    sql: (m) =>
      `update cutter_governance.cut_change_set_affected_row set after_state_snapshot = jsonb_set(after_state_snapshot, '{version_seq}', '9') where change_set_id = ${cs(m)} and target_row_id = ${version(m)}::text`,
  },
  {
    what: 'a dropped affected row',
    axis: 'A',
    code: 'affected-row-missing',
    unit: 'one',
    sql: (m) =>
      `delete from cutter_governance.cut_change_set_affected_row where change_set_id = ${cs(m)} and target_row_id = ${version(m)}::text`,
  },
  {
    what: 'the effect digest',
    axis: 'A',
    code: 'effect-digest',
    unit: null,
    sql: (m) =>
      `update cutter_governance.cut_change_set set effect_digest = 'sha256:' || repeat('0', 64) where change_set_id = ${cs(m)}`,
  },
  {
    what: 'the manifest, patched after approval',
    axis: 'A',
    code: 'block-altered',
    unit: 'one',
    sql: (m) =>
      `update cutter_governance.manifest_unit_block set payload_summary = jsonb_set(payload_summary, '{title}', '"Other"') where proposed_canonical_address like '${m.name}/%one'`,
  },
  {
    what: 'the signed statement',
    axis: 'A',
    code: 'signature-statement',
    unit: null,
    sql: (m) =>
      `update cutter_governance.dot_pair_signature set signature_payload = signature_payload || ' ' where signature_id = ${signature(m)}`,
  },
  {
    what: 'the signature bytes',
    axis: 'A',
    code: 'signature-invalid',
    unit: null,
    sql: (m) =>
      `update cutter_governance.dot_pair_signature set payload_envelope = jsonb_set(payload_envelope, '{signatures,0,sig}', to_jsonb(encode(decode(repeat('00', 64), 'hex'), 'base64'))) where signature_id = ${signature(m)}`,
  },
  {
    what: 'the approval',
    axis: 'A',
    code: 'approval-missing',
    unit: null,
    sql: (m) =>
      `update cutter_governance.review_decision set verdict = 'reject' where review_decision_id = '${m.decisionId}'`,
  },
  {
    what: 'who cut',
    axis: 'A',
    code: 'signature-statement',
    unit: null,
    sql: (m) =>
      `update cutter_governance.cut_change_set set emitted_by = (select principal_id::text from cutter_auth.principal where name = 'observer') where change_set_id = ${cs(m)}`,
  },
];

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
    expect(verdict.result.verdict).toBe('fail');
    expect(verdict.entry.status).toBe('verify_failed_escalated');
    const found = verdict.findings.find((f: Loose) => f.code === tamper.code && f.axis === tamper.axis);
    expect(found, JSON.stringify(verdict.findings)).toBeDefined();
    if (tamper.unit === null) expect(found.unit).toBeNull();
    else expect(found.unit).toMatch(new RegExp(`^${made.name}/.*${tamper.unit}$`));
    expect(verdict.result[tamper.axis === 'A' ? 'axis1Status' : 'axis2Status']).toBe('fail');
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

  test('an untouched cut passes', async () => {
    const verdict = await verifyCut(server, await wasCut(server));
    expect(verdict.result.verdict).toBe('pass');
    expect(verdict.findings).toEqual([]);
  });
});
