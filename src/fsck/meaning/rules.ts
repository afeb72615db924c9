import type { Client } from 'pg';
import { type SeparateDeed, sharedParties } from '../../law/parties.ts';
import { DEFAULT_RULES, type PlacedRules, readRules, rulesAt } from '../../law/rules/rules.ts';
import { RULES } from '../../ledger/tables/rules.ts';
import type { FsckFindings } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';

const CHANGE_SETS = 'cutter_governance.cut_change_set';
const RESULTS = 'cutter_governance.verify_result';
const ENTRIES = 'cutter_governance.decision_backlog_entry';
const SOURCES = 'cutter_source.source';

/** Every version of the rules, with the position from which it holds. What can't be read is a finding of its row. */
export async function placedRules(client: Client): Promise<readonly PlacedRules[]> {
  const { rows } = await client.query<{ version: number; body: unknown; position: string | null }>(
    `/* fsck.rules */ select u.version, u.body, ${positionSql('u.rules_id')}::text as position from ${RULES.name} u`,
  );
  return rows.map(({ version, body, position }) => ({
    version,
    rules: readRules(body, []).rules ?? DEFAULT_RULES,
    position: position === null ? null : Number(position),
  }));
}

interface ActedRow {
  readonly deed: Exclude<SeparateDeed, 'reviewed'>;
  readonly id: string;
  readonly by: string;
  readonly person: string | null;
  readonly registered_by: string;
  readonly registrar_person: string | null;
  readonly entry_id: string;
  readonly source_id: string;
  readonly position: number | null;
}

const acts = (deed: ActedRow['deed'], id: string, by: string, from: string) => `select json_build_object(
    'deed', '${deed}', 'id', ${id}, 'by', ${by}, 'person', a.person_id, 'registered_by', s.registered_by,
    'registrar_person', r.person_id, 'entry_id', n.entry_id, 'source_id', s.source_id, 'position', ${positionSql(id)})
  from ${from} join ${ENTRIES} n on n.entry_id = c.decision_backlog_entry_id
  join ${SOURCES} s on 'source:' || s.source_id::text = n.payload->>'iu_ref'
  left join cutter_auth.principal a on a.principal_id::text = ${by}
  left join cutter_auth.principal r on r.principal_id::text = s.registered_by
  where c.change_kind = 'cut' and (${by} = s.registered_by or a.person_id = r.person_id)`;

const JUDGED_CUTS = `${RESULTS} v join ${CHANGE_SETS} c using (change_set_id)`;
const ACTS_SQL = `/* fsck.registrars_acting */
  ${acts('cut', 'c.change_set_id', 'c.emitted_by', `${CHANGE_SETS} c`)}
  union all
  ${acts('verified', 'v.verify_result_id', 'v.verified_by', JUDGED_CUTS)}`;

/** Who registered a text cuts and verifies it only where the rules of that position let them. */
export async function checkRegistrars(
  client: Client,
  head: number,
  ruled: readonly PlacedRules[],
  findings: FsckFindings,
): Promise<void> {
  await eachJsonRow<ActedRow>(client, ACTS_SQL, (row) => {
    const { version, rules } = rulesAt(ruled, row.position);
    const caller = { principal: row.by, person: row.person };
    const registered = { principal: row.registered_by, person: row.registrar_person };
    if (sharedParties(row.deed, caller, { registered }, rules).length === 0) return;
    const [table, column] =
      row.deed === 'cut' ? ([CHANGE_SETS, 'emitted_by'] as const) : ([RESULTS, 'verified_by'] as const);
    findings.derive(
      [
        [table, row.id],
        [ENTRIES, row.entry_id],
        [SOURCES, row.source_id],
      ],
      {
        verdict: 'sod-broken',
        table,
        key: row.id,
        column,
        after: null,
        before: head,
        message:
          `Who ${row.deed} this registered its text, or answers for its registrar, ` +
          `which the rules of version ${version} forbid.`,
      },
    );
  });
}
