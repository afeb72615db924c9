import type { Client } from 'pg';
import { PRINCIPAL, PRINCIPAL_VERSION, TOKEN, TOKEN_VERSION } from '../../ledger/tables/party.ts';
import type { FsckFindings } from '../finding.ts';

interface Stale {
  readonly id: string;
  readonly version_id: string | null;
  readonly wrong: readonly string[];
}

/** Principals, and below tokens, that don't say what their newest version says. */
const PRINCIPALS = `/* fsck.principals */
  select p.principal_id as id, v.version_id, array_remove(array[
      case when p.name is distinct from v.name then 'name' end,
      case when to_jsonb(p.scopes) is distinct from v.scopes then 'scopes' end,
      case when p.disabled_at is distinct from case when v.suspended then coalesce(
        (select min(w.changed_at) from cutter_auth.principal_version w
          where w.principal_id = p.principal_id and w.suspended and w.version_seq > 1),
        /* One that was suspended before it had a record: by then. */
        least(p.disabled_at, v.changed_at)) end then 'disabled_at' end
    ], null) as wrong
  from ${PRINCIPAL.name} p left join lateral (
    select * from ${PRINCIPAL_VERSION.name} w where w.principal_id = p.principal_id
    order by w.version_seq desc limit 1) v on true`;

const TOKENS = `/* fsck.tokens */
  select t.token_id as id, v.version_id, array_remove(array[
      case when to_jsonb(t.scopes) is distinct from v.scopes then 'scopes' end,
      case when to_jsonb(t.entry_ids) is distinct from v.entry_ids then 'entry_ids' end,
      case when to_jsonb(t.doc_codes) is distinct from v.doc_codes then 'doc_codes' end,
      case when t.manifest_digest is distinct from v.manifest_digest then 'manifest_digest' end,
      case when t.expires_at is distinct from v.expires_at then 'expires_at' end,
      case when t.revoked_at is distinct from case when v.revoked then
        case when v.version_seq > 1 then v.changed_at else least(t.revoked_at, v.changed_at) end
        end then 'revoked_at' end
    ], null) as wrong
  from ${TOKEN.name} t left join lateral (
    select * from ${TOKEN_VERSION.name} w where w.token_id = t.token_id
    order by w.version_seq desc limit 1) v on true`;

/** Compares what principals and tokens say of the present with their newest versions. */
export async function checkParties(client: Client, head: number, findings: FsckFindings): Promise<void> {
  await compareWithVersions(client, head, findings, {
    query: PRINCIPALS,
    table: PRINCIPAL.name,
    versions: PRINCIPAL_VERSION.name,
  });
  await compareWithVersions(client, head, findings, {
    query: TOKENS,
    table: TOKEN.name,
    versions: TOKEN_VERSION.name,
  });
}

async function compareWithVersions(
  client: Client,
  head: number,
  findings: FsckFindings,
  { query, table, versions }: { readonly query: string; readonly table: string; readonly versions: string },
): Promise<void> {
  const { rows } = await client.query<Stale>(`select * from (${query}) as found where wrong <> '{}'`);
  for (const { id, version_id, wrong } of rows) {
    // Without a version the row has no record either, or its versions are missing: both are found by the rows.
    if (version_id === null) continue;
    for (const column of wrong)
      findings.derive(
        [
          [table, id],
          [versions, version_id],
        ],
        {
          verdict: 'edited',
          table,
          key: id,
          column,
          after: null,
          before: head,
          message: `Column ${column} isn't what the newest version of it says (${version_id}).`,
        },
      );
  }
}
