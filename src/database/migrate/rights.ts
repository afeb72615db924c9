import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { LOGINS } from '../../home/secrets.ts';

/** Why the rights of the ledger's logins can't be laid; a sentence with the way out. */
class RightsFault extends Error {
  override readonly name = 'RightsFault';
}

/** Beside the migrations, which together give what it lists. */
const RIGHTS_FILE = join(import.meta.dirname, '..', 'sql', 'rights.txt');
const ROLES = [...LOGINS, 'cutter_ro'];
const SCHEMAS = ['cutter_governance', 'cutter_source', 'cutter_auth', 'cutter_log', 'cutter_meta'];
const TARGETS = ['information_unit', 'unit_version', 'v_current_unit'];

/** Whether `c` in `n` is a month of the audit, as SQL. Which months there are depends on when a ledger was started. */
export const IS_AUDIT_MONTH = `c.relispartition and n.nspname = 'cutter_auth'
  and c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$'`;

/**
 * What the ledger's roles are and may, each as the statement that makes it so. A dump without owners and privileges
 * has little of it.
 */
const RIGHTS = `/* rights.live */
  with ours as (
    select c.oid, c.relname, c.relkind, c.relacl, c.relowner, c.relrowsecurity, n.nspname,
      format('%I.%I', n.nspname, c.relname) as thing
    from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'p') and (n.nspname = any ($2) or n.nspname = 'public' and c.relname = any ($3))
      and not (${IS_AUDIT_MONTH})
  ), roles as (
    select oid, rolname from pg_catalog.pg_roles where rolname = any ($1)
  )
  select "right" from (
  select 1 as rank, format('alter role %I with %s %s %s %s connection limit %s', rolname,
      case when rolcanlogin then 'login' else 'nologin' end,
      case when rolcreatedb then 'createdb' else 'nocreatedb' end,
      case when rolcreaterole then 'createrole' else 'nocreaterole' end,
      case when rolinherit then 'inherit' else 'noinherit' end,
      rolconnlimit) as right
    from pg_catalog.pg_roles where rolname = any ($1)
  union all
  select 2, format('alter role %I set %s = %s', rolname, split_part(setting, '=', 1),
      case when setting ~ '^search_path=' then split_part(setting, '=', 2)
        else quote_literal(split_part(setting, '=', 2)) end)
    from roles join pg_catalog.pg_db_role_setting on setrole = roles.oid and setdatabase = 0,
      unnest(setconfig) as setting
  union all
  select 3, format('grant %I to %I', granted.rolname, roles.rolname)
    from pg_catalog.pg_auth_members as m join roles on roles.oid = m.member
    join pg_catalog.pg_roles as granted on granted.oid = m.roleid
  union all
  select 4, format('grant %s on schema %I to %I', lower(privilege_type), nspname, rolname)
    from pg_catalog.pg_namespace, aclexplode(nspacl) join roles on roles.oid = grantee
    where nspname = any ($2) or nspname = 'public'
  union all
  select 5, format('grant %s on %s to %I', lower(privilege_type), thing, rolname)
    from ours, aclexplode(relacl) join roles on roles.oid = grantee
  union all
  select 6, format('grant %s (%I) on %s to %I', lower(privilege_type), attname, thing, rolname)
    from ours join pg_catalog.pg_attribute on attrelid = ours.oid and not attisdropped,
      aclexplode(attacl) join roles on roles.oid = grantee
  union all
  select 6, format('grant execute on function %I.%I(%s) to %I',
      nspname, proname, pg_get_function_identity_arguments(p.oid), rolname)
    from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = p.pronamespace,
      aclexplode(proacl) join roles on roles.oid = grantee
    where nspname = any ($2)
  union all
  select 7, format('alter table %s enable row level security', thing) from ours where relrowsecurity
  union all
  select 8, format('create policy %I on %s for %s to %s', polname, thing,
        case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
          else 'all' end,
        (select string_agg(quote_ident(rolname), ', ' order by rolname)
          from pg_catalog.pg_roles as r where r.oid = any (polroles)))
      || coalesce(' using (' || regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g') || ')', '')
      || coalesce(' with check (' || regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g') || ')', '')
    from ours join pg_catalog.pg_policy on polrelid = ours.oid
  ) as listed order by rank, "right" collate "C"`;

/** The rights as they are now. */
export async function liveRights(owner: ClientBase): Promise<readonly string[]> {
  const { rows } = await owner.query<{ right: string }>(RIGHTS, [ROLES, SCHEMAS, TARGETS]);
  return rows.map(({ right }) => right);
}

/** The rights as all migrations together give them, out of the file that the goldens keep true. */
function laidRights(): readonly string[] {
  return readFileSync(RIGHTS_FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/**
 * Makes the ledger's roles where they are gone, as on a server that a dump was restored on, with their attributes and
 * settings. Gives back how many statements that took. Migrations that are still to come may set more, and make roles:
 * `toCome` has their texts.
 */
export async function layRoles(owner: ClientBase, toCome: readonly string[]): Promise<number> {
  const known = await existingRoles(owner);
  const gone = ROLES.filter((role) => !known.has(role));
  if (gone.every((role) => toCome.some((sql) => sql.includes(`create role ${role} `)))) return 0;
  const statements = [
    ...gone.map((role) => `create role ${role}`),
    ...laidRights().filter((right) => gone.some((role) => role === ROLE_SET.exec(right)?.[1])),
    ...laidRights().filter((right) => MEMBERSHIP.test(right)),
  ];
  await owner.query(`/* rights.roles_made */ ${statements.join('; ')}`);
  return statements.length;
}

const ROLE_SET = /^alter role (\S+) /;
const MEMBERSHIP = /^grant \w+ to /;

/**
 * Gives the ledger's roles what the migrations once gave them and what is gone: a dump restored without owners and
 * privileges, or on another server, comes without. Gives back how many statements that took; 0 where nothing was
 * missing. In the caller's transaction.
 */
export async function layRights(owner: ClientBase): Promise<number> {
  const lacking = await missingRights(owner);
  if (lacking.length === 0) return 0;
  await refuseIncomplete(owner, lacking);
  const freed = lacking.flatMap((right) => {
    const [, name, table] = POLICY.exec(right) ?? [];
    return name === undefined ? [] : [`drop policy if exists ${name} on ${table}`];
  });
  await owner.query(`/* rights.lay */ ${[...freed, ...lacking].join('; ')}`);
  return lacking.length;
}

const POLICY = /^create policy (\S+) on (\S+) /;
/** What a policy says of rows is written out again by each version in its own way; who it is for and in what isn't. */
const keyOf = (right: string): string =>
  POLICY.test(right) ? (right.split(/ using \(| with check \(/)[0] as string) : right;
/**
 * An operator may set a role's limits and settings otherwise. What was never set is missing, and so is a login that
 * may not log in.
 */
const roleKeyOf = (right: string): string =>
  /^alter role \S+ (?:with \w+|set \S+)/.exec(right)?.[0] ?? keyOf(right);

async function missingRights(owner: ClientBase): Promise<readonly string[]> {
  const live = new Set((await liveRights(owner)).map(roleKeyOf));
  return laidRights().filter((right) => !live.has(roleKeyOf(right)));
}

async function existingRoles(owner: ClientBase): Promise<ReadonlySet<string>> {
  const { rows } = await owner.query<{ rolname: string }>(
    '/* rights.roles */ select rolname from pg_catalog.pg_roles where rolname = any ($1)',
    [ROLES],
  );
  return new Set(rows.map(({ rolname }) => rolname));
}

/** A restore that stopped half-way, or left schemas out. */
async function refuseIncomplete(owner: ClientBase, lacking: readonly string[]): Promise<void> {
  const things = lacking.flatMap((right) => / on ((?:cutter_\w+|public)\.\w+) /.exec(`${right} `)?.[1] ?? []);
  const { rows } = await owner.query<{ thing: string }>(
    `/* rights.absent */ select distinct thing from unnest($1::text[]) as thing
    where to_regclass(thing) is null order by thing`,
    [things],
  );
  if (rows.length === 0) return;
  throw new RightsFault(
    `This database is not a whole ledger: ${rows.map(({ thing }) => thing).join(', ')} ` +
      `${rows.length === 1 ? 'is' : 'are'} missing, though its record of migrations lists what made them. ` +
      'Restore the whole dump into an empty database.',
  );
}

/**
 * Refuses a ledger whose schemas and tables belong to a role that this login isn't a member of: only their owner
 * looks after them.
 */
export async function refuseAnothersLedger(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ self: string; owner: string; things: string }>(
    `/* rights.owners */
    select quote_ident(current_user) as self, quote_ident(rolname) as owner,
      string_agg(thing, ', ' order by thing) as things
    from (
      select nspowner as owner_oid, format('schema %I', nspname) as thing
        from pg_catalog.pg_namespace where nspname = any ($1)
      union all
      select relowner, format('%I.%I', nspname, relname) from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = relnamespace
        where relkind in ('r', 'v', 'p') and (nspname = any ($1) or nspname = 'public' and relname = any ($2))
    ) as thing join pg_catalog.pg_roles as r on r.oid = owner_oid
    where not pg_has_role(current_user, owner_oid, 'usage')
    group by rolname order by rolname`,
    [SCHEMAS, TARGETS],
  );
  const [first] = rows;
  if (first === undefined) return;
  const all = rows.map((row) => `${row.owner} (${shortList(row.things)})`).join(' and ');
  throw new RightsFault(
    `The ledger in this database belongs to ${all}, and ${first.self} is no member of that role, so it ` +
      `can't change what is there or grant rights to it. Restore the dump as ${first.self}, name the owner ` +
      'in CUTTER_DATABASE_URL, or let a superuser run: ' +
      `${rows.map((row) => `grant ${row.owner} to ${first.self} with inherit true;`).join(' ')}`,
  );
}

function shortList(list: string): string {
  const things = list.split(', ');
  return things.length <= 3 ? list : `${things.slice(0, 3).join(', ')} and ${things.length - 3} more`;
}
