import type { ClientBase } from 'pg';
import { lockQueue } from '../keys/key-record.ts';
import type { RecordedParty, WrittenRow } from '../law/record.ts';
import { buildRecord } from '../law/record.ts';
import type { OwnerPartyVerb } from '../law/record-verbs.ts';
import type { Lane, Mode, PrincipalKind } from '../law/values.ts';
import { PERSON, PRINCIPAL, PRINCIPAL_VERSION, TOKEN, TOKEN_VERSION } from '../ledger/tables/party.ts';
import { recordedColumns, type Table } from '../ledger/tables/table.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { derivedId } from '../proof/uuid.ts';
import { timeTextSql } from '../text/time-sql.ts';
import { handRecord, timeOfTransaction } from './hand-record.ts';

/** What the owner of the database has written in this transaction. */
export interface WrittenParties {
  readonly personIds: readonly string[];
  readonly principalIds: readonly string[];
  readonly tokenIds: readonly string[];
}

/** The first record of parties takes in all that are there: earlier versions wrote them without one. */
const FIRST_RECORD = derivedId('party:first\0record');

type Columns = Readonly<Record<string, PlainJson>>;
interface NewRows {
  readonly persons: readonly Columns[];
  readonly principals: readonly Columns[];
  readonly principalVersions: readonly Columns[];
  readonly tokens: readonly Columns[];
  readonly tokenVersions: readonly Columns[];
}

/**
 * Leaves the record of what the owner wrote, in the owner's transaction and under the bootstrap's lock. The first such
 * record of a ledger takes in everybody who is there already. Later ones hold what was written now and nothing else:
 * a row that somebody inserts by hand never gets a record by a start.
 */
export async function recordParties(owner: ClientBase, mode: Mode, written: WrittenParties): Promise<void> {
  const isFirst = !(await isRecorded(owner));
  const ids = [...written.personIds, ...written.principalIds, ...written.tokenIds];
  const found = isFirst ? await foundWithout(owner, ids) : 0;
  if (ids.length === 0 && found === 0) return;
  const rows = await addVersions(owner, isFirst ? null : written);
  await lockQueue(owner);
  const verb: OwnerPartyVerb = found > 0 ? 'party:adopt' : 'party:begin';
  const at = await timeOfTransaction(owner);
  const record = buildRecord({
    recordId: isFirst ? FIRST_RECORD : derivedId(`${verb}\0record\0${ids[0]}`),
    verb,
    lane: null,
    principalId: null,
    personId: null,
    mode,
    at,
    history: [],
    rows: recordRows(rows),
    parties: partiesOf(rows),
  });
  await handRecord(owner, record);
}

async function isRecorded(owner: ClientBase): Promise<boolean> {
  const { rowCount } = await owner.query(
    `/* parties.recorded */ select from cutter_log.log where record_id = $1
    union all select from cutter_log.pending where record_id = $1`,
    [FIRST_RECORD],
  );
  return rowCount !== 0;
}

/** How many persons, principals and tokens were there before. */
async function foundWithout(owner: ClientBase, ids: readonly string[]): Promise<number> {
  const { rows } = await owner.query<{ found: number }>(
    `/* parties.found */ select count(*)::int as found from (
      select person_id as id from cutter_auth.person union all select principal_id from cutter_auth.principal
      union all select token_id from cutter_auth.token) as there where id <> all ($1)`,
    [ids],
  );
  return rows[0]!.found;
}

/**
 * Gives those that have none their first version, as they are now, and returns the rows that a record is to hold.
 * `only`: these; null: all.
 */
async function addVersions(owner: ClientBase, only: WrittenParties | null): Promise<NewRows> {
  const [persons, principals, tokens] = [only?.personIds, only?.principalIds, only?.tokenIds].map(
    (ids) => ids ?? null,
  );
  await owner.query(
    `/* parties.principal_versions */ insert into cutter_auth.principal_version
      (version_id, principal_id, version_seq, name, scopes, suspended, changed_at)
    select gen_random_uuid(), principal_id, 1, name, to_jsonb(scopes), disabled_at is not null,
      transaction_timestamp()
    from cutter_auth.principal as p where ($1::uuid[] is null or principal_id = any ($1))
      and not exists (select from cutter_auth.principal_version as v where v.principal_id = p.principal_id)`,
    [principals],
  );
  await owner.query(
    `/* parties.token_versions */ insert into cutter_auth.token_version
      (version_id, token_id, version_seq, scopes, entry_ids, expires_at, revoked, changed_at)
    select gen_random_uuid(), token_id, 1, to_jsonb(scopes), to_jsonb(entry_ids), expires_at,
      revoked_at is not null, transaction_timestamp()
    from cutter_auth.token as t where ($1::uuid[] is null or token_id = any ($1))
      and not exists (select from cutter_auth.token_version as v where v.token_id = t.token_id)`,
    [tokens],
  );
  return {
    persons: await rowsOf(owner, PERSON, 'person_id', persons),
    principals: await rowsOf(owner, PRINCIPAL, 'principal_id', principals),
    principalVersions: await rowsOf(owner, PRINCIPAL_VERSION, 'principal_id', principals),
    tokens: await rowsOf(owner, TOKEN, 'token_id', tokens),
    tokenVersions: await rowsOf(owner, TOKEN_VERSION, 'token_id', tokens),
  };
}

/** Rows as records have them: times as text, bytes as base64. */
async function rowsOf(
  owner: ClientBase,
  table: Pick<Table<Readonly<Record<string, never>>>, 'name'> & { readonly columns: object },
  by: string,
  ids: readonly string[] | null | undefined,
): Promise<readonly Columns[]> {
  const columns = Object.entries(table.columns).map(([name, kind]) => {
    if (kind === 'now' || String(kind).startsWith('timestamptz')) return `${timeTextSql(name)} as ${name}`;
    return kind === 'bytea' ? `translate(encode(${name}, 'base64'), E'\\n', '') as ${name}` : name;
  });
  const { rows } = await owner.query<Columns>(
    `/* parties.rows */ select ${columns.join(', ')} from ${table.name}
    where $1::uuid[] is null or ${by} = any ($1) order by ${by}`,
    [ids ?? null],
  );
  return rows;
}

function recordRows(rows: NewRows): readonly WrittenRow[] {
  const of = (
    table: { readonly name: string; readonly key: readonly string[] } & Parameters<
      typeof recordedColumns<PlainJson>
    >[0],
    all: readonly Columns[],
  ): WrittenRow[] =>
    all.map((row) => ({
      table: table.name,
      id: String(row[table.key[0] as string]),
      op: 'insert',
      columns: recordedColumns(table, row),
    }));
  return [
    ...of(PERSON, rows.persons),
    ...of(PRINCIPAL, rows.principals),
    ...of(PRINCIPAL_VERSION, rows.principalVersions),
    ...of(TOKEN, rows.tokens),
    ...of(TOKEN_VERSION, rows.tokenVersions),
  ];
}

function partiesOf({ principals, principalVersions }: NewRows): readonly RecordedParty[] {
  const versions = new Map(principalVersions.map((version) => [version['principal_id'], version]));
  return principals.map((principal) => {
    const version = versions.get(principal['principal_id'] as PlainJson);
    if (version === undefined) throw new Error(`The principal ${principal['principal_id']} has no version.`);
    return {
      principalId: principal['principal_id'] as string,
      personId: principal['person_id'] as string,
      kind: principal['kind'] as PrincipalKind,
      scopes: (version['scopes'] as string[]).toSorted(),
      lane: principal['lane'] as Lane | null,
      suspended: version['suspended'] as boolean,
    };
  });
}
