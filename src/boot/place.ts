/** Where a ledger's database lives, and whether it is the one that it was or a copy of it. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { suspendCopy } from '../log/setback/suspension.ts';

interface Place {
  /** The PostgreSQL server's identifier. Each new server has its own; standbys and copies of the files share it. */
  readonly system: string;
  /** Of the database in it. */
  readonly database: string;
  /** Of the embedded PostgreSQL alone; null where the machine has no name, and for a server of somebody else. */
  readonly machine: string | null;
  readonly data: string | null;
}

/** What was noted of an incarnation. If nothing was, only the head is known. */
type Noted = { readonly incarnation: string } & (Place | { readonly system: null });

/** Why the database is a copy, or that it was moved and its original is gone. */
type Judged = { readonly copy: string } | { readonly moved: string };

const NOTED = `/* place.noted */
  select system_identifier as system, database_oid as database, machine, data_directory as data, head.incarnation::text
  from cutter_log.head left join cutter_meta.place using (incarnation)`;
const NOTE = `/* place.note */
  insert into cutter_meta.place (incarnation, system_identifier, database_oid, machine, data_directory)
  values ($1, $2, $3, $4, $5)
  on conflict (incarnation) do update set system_identifier = $2, database_oid = $3, machine = $4, data_directory = $5,
    noted_at = transaction_timestamp()`;
/**
 * Ends the suspension of a copy whose original turns out to be gone, unless a lane has already accepted another way.
 */
const LIFT = `/* place.lift */
  delete from cutter_log.suspension as s using cutter_log.head
  where s.incarnation = head.incarnation and s.cause = 'copied'
    and not exists (select from cutter_log.resumption as r where r.incarnation = s.incarnation)`;

/**
 * Compares where the ledger's database lives with where it lived at the start before. A copy is suspended before
 * anything is written to it, since its original may run; a database that was moved is noted at its new place.
 * `isOurs`: an embedded PostgreSQL.
 */
export async function noticeCopy(
  owner: ClientBase,
  isOurs: boolean,
  report: (line: string) => void,
): Promise<void> {
  const { rows } = await owner.query<Noted>(NOTED);
  const [noted] = rows;
  const here = await placeNow(owner, isOurs);
  if (noted === undefined || here === null) return;
  if (noted.system === null) return await notePlace(owner, noted.incarnation, here);
  const judged = await judgePlace(owner, noted, here);
  if (judged === null) return;
  if ('copy' in judged && (await suspendCopy(owner, judged.copy))) return;
  if ('moved' in judged) report(judged.moved);
  await owner.query(LIFT);
  await notePlace(owner, noted.incarnation, here);
}

/** Notes where a new ledger begins. */
export async function noteFirstPlace(owner: ClientBase, incarnation: string, isOurs: boolean): Promise<void> {
  const { rowCount } = await owner.query(
    '/* place.known */ select from cutter_meta.place where incarnation = $1',
    [incarnation],
  );
  const here = rowCount === 0 ? await placeNow(owner, isOurs) : null;
  if (here !== null) await notePlace(owner, incarnation, here);
}

/**
 * Notes the place of the incarnation that both lanes have accepted: from its first moment a copy can be recognised.
 */
export async function noteResumed(owner: ClientBase, isOurs: boolean): Promise<void> {
  const here = await placeNow(owner, isOurs);
  const { rows } = await owner.query<{ next: string }>(
    `/* place.next */ select distinct next_incarnation::text as next
    from cutter_log.head join cutter_log.resumption using (incarnation)`,
  );
  if (here !== null) for (const { next } of rows) await notePlace(owner, next, here);
}

async function notePlace(owner: ClientBase, incarnation: string, place: Place): Promise<void> {
  await owner.query(NOTE, [incarnation, place.system, place.database, place.machine, place.data]);
}

/** Null where the owner may not ask the server who it is. */
async function placeNow(owner: ClientBase, isOurs: boolean): Promise<Place | null> {
  const { rows } = await owner.query<{ may: boolean }>(
    `/* place.may */ select has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may`,
  );
  if (rows[0]?.may !== true) return null;
  const { rows: found } = await owner.query<{ system: string; database: string; data: string | null }>(
    `/* place.now */ select system_identifier::text as system,
      (select oid::text from pg_catalog.pg_database where datname = current_database()) as database,
      -- Only a superuser may ask for this.
      case when $1 then current_setting('data_directory') end as data
    from pg_catalog.pg_control_system()`,
    [isOurs],
  );
  const { system, database, data } = found[0]!;
  return isOurs
    ? { system, database, machine: machineName(), data }
    : { system, database, machine: null, data: null };
}

async function judgePlace(owner: ClientBase, noted: Place, here: Place): Promise<Judged | null> {
  if (noted.system !== here.system)
    return { copy: 'It was made from a database on another PostgreSQL server, which may still run.' };
  if (noted.database !== here.database) return await judgeDatabase(owner, noted.database);
  if (noted.data === null || here.data === null) return null;
  if (noted.machine !== null && here.machine !== null && noted.machine !== here.machine)
    return {
      copy: `It was made from the database in ${noted.data} on another machine, which may still run.`,
    };
  return noted.data === here.data ? null : judgeFolder(noted.data, here.data, here.system);
}

/** Another database on the same server: the original is still there, or not. */
async function judgeDatabase(owner: ClientBase, oid: string): Promise<Judged> {
  const { rows } = await owner.query<{ name: string }>(
    '/* place.original */ select quote_ident(datname) as name from pg_catalog.pg_database where oid = $1::oid',
    [oid],
  );
  const [original] = rows;
  return original === undefined
    ? {
        moved: 'The earlier database of this ledger is gone from its server. The ledger goes on in this one.',
      }
    : { copy: `It was made from the database ${original.name}, which is still on the same server.` };
}

/** Another folder on the same machine. */
function judgeFolder(before: string, now: string, system: string): Judged {
  const isGone = !existsSync(before) || isSameFolder(before, now) || systemOf(before) !== system;
  return isGone
    ? { moved: `The ledger's database was in ${before} and is now in ${now}.` }
    : { copy: `It was made from the database in ${before}, which is still there.` };
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** The system identifier of a data directory, which opens PostgreSQL's control file; null where it can't be read. */
function systemOf(data: string): string | null {
  const bytes = Buffer.alloc(8);
  try {
    const file = openSync(join(data, 'global', 'pg_control'), 'r');
    try {
      readSync(file, bytes, 0, 8, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  return bytes.readBigUInt64LE().toString();
}

/** The name that Linux gives this installation. Most containers have none. */
function machineName(): string | null {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || null;
  } catch {
    return null;
  }
}
