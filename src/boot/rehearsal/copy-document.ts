/** Gives an empty ledger what a rehearsal of one document needs of the real one. */
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { personIdOf, principalIdOf, SAMPLE_PARTIES } from '../../auth/sample-parties.ts';

/** The document, and the entry that is rehearsed if it was marked already. */
export interface CopiedDocument {
  readonly docCode: string;
  readonly entryId: string | null;
}

/** How rows of one table are chosen, and which columns come otherwise than they are. */
interface CopiedTable {
  readonly table: string;
  /** A condition on the table aliased `t`. Absent: all rows. */
  readonly where?: string;
  /** Expressions over `t`, by column. */
  readonly instead?: Readonly<Record<string, string>>;
}

const SAMPLE_PERSONS = SAMPLE_PARTIES.map(({ personName }) => personIdOf(personName));
const SAMPLE_PRINCIPALS = SAMPLE_PARTIES.map(({ name }) => principalIdOf(name));
const sqlList = (ids: readonly string[]) => ids.map((id) => pg.escapeLiteral(id)).join(', ');

/** The rows that the chosen ones are found by. They belong to the session, so nothing of the ledger is changed. */
const CHOICE = `/* rehearsal.choice */
create temporary table chosen_source on commit drop as
  select source_id as id from cutter_source.source where doc_code = $DOC;
create temporary table chosen_cut on commit drop as
  select change_set_id as id from cutter_governance.cut_change_set where payload_summary->>'doc_code' = $DOC;
create temporary table chosen_result on commit drop as
  select verify_result_id as id, escalation_ref from cutter_governance.verify_result
  where change_set_id in (select id from chosen_cut);
create temporary table chosen_entry on commit drop as
  select e.entry_id as id from cutter_governance.decision_backlog_entry e
  where e.entry_id is distinct from $ENTRY::uuid and (
    e.payload->>'iu_ref' in (select 'source:' || id from chosen_source)
    or e.entry_id in (select decision_backlog_entry_id from cutter_governance.cut_change_set
      where change_set_id in (select id from chosen_cut))
    or e.entry_id in (select escalation_ref from chosen_result));
create temporary table chosen_manifest on commit drop as
  select envelope_id as id from cutter_governance.manifest_envelope
  where source_doc_ref in (select id::text from chosen_entry);
create temporary table chosen_unit on commit drop as
  select id from public.information_unit
  where doc_code = $DOC or split_part(canonical_address, '/', 1) = $DOC;
`;

const GOVERNANCE = 'cutter_governance';

/** In the order of their foreign keys. */
const TABLES: readonly CopiedTable[] = [
  { table: 'cutter_source.vocabulary' },
  { table: 'cutter_source.registered_term' },
  { table: 'cutter_source.profile' },
  // Their names stay, and who acts in a rehearsal can answer for them; nobody signs in as one of them.
  {
    table: 'cutter_auth.person',
    where: `t.person_id not in (${sqlList(SAMPLE_PERSONS)})`,
    instead: { rehearsal: 'true' },
  },
  {
    table: 'cutter_auth.principal',
    where: `t.principal_id not in (${sqlList(SAMPLE_PRINCIPALS)})
      and t.person_id not in (${sqlList(SAMPLE_PERSONS)})`,
    instead: { rehearsal: 'true', lane: 'null', scopes: "'{}'" },
  },
  {
    table: 'cutter_source.source',
    where: 't.source_id in (select id from chosen_source)',
    instead: { mode: "'rehearsal'" },
  },
  { table: `${GOVERNANCE}.decision_backlog_entry`, where: 't.entry_id in (select id from chosen_entry)' },
  { table: `${GOVERNANCE}.decision_backlog_history`, where: 't.entry_id in (select id from chosen_entry)' },
  // The entry itself as it was marked: what was reviewed of it since then is rehearsed.
  {
    table: `${GOVERNANCE}.decision_backlog_entry`,
    where: 't.entry_id = $ENTRY::uuid',
    instead: { status: "'marked'" },
  },
  {
    table: `${GOVERNANCE}.decision_backlog_history`,
    where: "t.entry_id = $ENTRY::uuid and t.change_kind = 'mark'",
  },
  {
    table: `${GOVERNANCE}.decision_backlog_dependency`,
    where: `t.from_entry_id in (select id from chosen_entry)
      and (t.to_entry_id in (select id from chosen_entry) or t.to_entry_id = $ENTRY::uuid)`,
  },
  { table: `${GOVERNANCE}.manifest_envelope`, where: 't.envelope_id in (select id from chosen_manifest)' },
  { table: `${GOVERNANCE}.manifest_unit_block`, where: 't.envelope_id in (select id from chosen_manifest)' },
  { table: `${GOVERNANCE}.review_decision`, where: 't.manifest_id in (select id from chosen_manifest)' },
  {
    table: `${GOVERNANCE}.dot_pair_signature`,
    where: `t.cross_reference_change_set_id in (select id from chosen_cut)
      or t.cross_reference_verify_result_id in (select id from chosen_result)`,
  },
  { table: `${GOVERNANCE}.cut_change_set`, where: 't.change_set_id in (select id from chosen_cut)' },
  {
    table: `${GOVERNANCE}.cut_change_set_affected_row`,
    where: 't.change_set_id in (select id from chosen_cut)',
  },
  { table: `${GOVERNANCE}.verify_result`, where: 't.verify_result_id in (select id from chosen_result)' },
  { table: 'public.information_unit', where: 't.id in (select id from chosen_unit)' },
  { table: 'public.unit_version', where: 't.unit_id in (select id from chosen_unit)' },
];

/**
 * Copies a document in one snapshot, row by row in PostgreSQL's own format and in constant memory: its sources, live
 * units, cuts and reviews, with the vocabulary, the profiles and the incarnation of the ledger.
 * @param from the owner's connection to the ledger, which is only read
 * @param to the owner's connection to an empty ledger of the same version
 */
export async function copyDocument(from: pg.Client, to: pg.Client, document: CopiedDocument): Promise<void> {
  await from.query('begin isolation level repeatable read');
  await to.query('begin');
  try {
    await from.query(fillQuery(CHOICE, document));
    for (const one of TABLES) await copyTable(from, to, one, document);
    await copyIncarnation(from, to);
    await to.query('commit');
  } finally {
    await to.query('rollback').catch(() => {});
    await from.query('rollback').catch(() => {});
  }
}

/** COPY takes no parameters. */
function fillQuery(text: string, { docCode, entryId }: CopiedDocument): string {
  const entry = entryId === null ? 'null' : pg.escapeLiteral(entryId);
  return text.replaceAll(/\$(DOC|ENTRY)/g, (_, name) => (name === 'DOC' ? pg.escapeLiteral(docCode) : entry));
}

async function copyTable(
  from: pg.Client,
  to: pg.Client,
  { table, where = 'true', instead = {} }: CopiedTable,
  document: CopiedDocument,
): Promise<void> {
  const { rows } = await from.query<{ name: string }>(
    `/* rehearsal.columns */ select attname as name from pg_catalog.pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  const columns = rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const values = rows.map(({ name }) => instead[name] ?? `t.${pg.escapeIdentifier(name)}`).join(', ');
  const query = fillQuery(`select ${values} from ${table} t where ${where}`, document);
  await pipeline(
    from.query(copyTo(`/* rehearsal.read */ copy (${query}) to stdout`)),
    to.query(copyFrom(`/* rehearsal.write */ copy ${table} (${columns}) from stdin`)),
  );
}

/** An approval names the ledger by it, so what a rehearsal computes names the real one. */
async function copyIncarnation(from: pg.Client, to: pg.Client): Promise<void> {
  const { rows } = await from.query<{ incarnation: string }>(
    '/* rehearsal.incarnation */ select incarnation::text from cutter_log.head',
  );
  await to.query(
    `/* rehearsal.head */ insert into cutter_log.head (singleton, next_position, incarnation)
    values (true, 0, $1)`,
    [rows[0]?.incarnation],
  );
}
