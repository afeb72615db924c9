import type { ClientBase } from 'pg';

/** The schemas that the migrations make. In `public`, which others use, only two tables are ours. */
const OUR_SCHEMAS = ['cutter_governance', 'cutter_source', 'cutter_auth', 'cutter_log', 'cutter_meta'];

/** Each right that PUBLIC has outside the ledger's own schemas, as the statement that gives it. */
const RIGHTS_OF_PUBLIC = `/* public.rights */
  with held as (
    select datacl as acl, acldefault('d', datdba) as built_in, format('on database %I', datname) as thing
      from pg_catalog.pg_database where datname = current_database()
    union all
    select nspacl, acldefault('n', nspowner), format('on schema %I', nspname)
      from pg_catalog.pg_namespace where nspname <> all ($1)
    union all
    select proacl, acldefault('f', proowner),
        format('on routine %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid))
      from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = pronamespace where nspname <> all ($1)
    union all
    select lanacl, acldefault('l', lanowner), format('on language %I', lanname)
      from pg_catalog.pg_language where lanpltrusted
    union all
    select relacl, acldefault('r', relowner), format('on table %I.%I', nspname, relname)
      from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = relnamespace
      where relkind in ('r', 'v', 'm', 'p', 'f') and nspname <> all ($1) and nspname !~ '^pg_(temp|toast)'
    union all
    select typacl, acldefault('T', typowner), format('on type %I.%I', nspname, typname)
      from pg_catalog.pg_type as t join pg_catalog.pg_namespace as n on n.oid = typnamespace
      where typtype in ('b', 'd', 'e', 'r') and typelem = 0 and nspname <> all ($1) and nspname !~ '^pg_(temp|toast)'
  )
  select format('grant %s %s to public', lower(privilege_type), thing) as right
  from held, aclexplode(coalesce(acl, built_in)) where grantee = 0
  union all
  select format('alter default privileges for role %I grant %s on %s to public',
      current_user, lower(privilege_type), things)
  from (values ('f'::"char", 'functions'), ('T', 'types')) as kind (code, things),
    aclexplode(coalesce(
      (select defaclacl from pg_catalog.pg_default_acl
        where defaclrole = current_user::regrole and defaclnamespace = 0 and defaclobjtype = code),
      acldefault(code, current_user::regrole)
    )) where grantee = 0`;

async function rightsOfPublic(owner: ClientBase): Promise<readonly string[]> {
  const { rows } = await owner.query<{ right: string }>(RIGHTS_OF_PUBLIC, [OUR_SCHEMAS]);
  return rows.map(({ right }) => right);
}

/**
 * Does `work` and gives back to PUBLIC what it took, in the caller's transaction: nobody sees the gap. Sealed
 * migrations take PUBLIC's defaults away, which is right on a cluster of our own and not on a database that others
 * use.
 */
export async function keepingPublicRights(owner: ClientBase, work: () => Promise<void>): Promise<void> {
  const before = await rightsOfPublic(owner);
  await work();
  const after = new Set(await rightsOfPublic(owner));
  const taken = before.filter((right) => !after.has(right));
  if (taken.length > 0) await owner.query(`/* public.give_back */ ${taken.join('; ')}`);
}

/** What PUBLIC has on any new database and hasn't here, as the statements that give it. */
const TAKEN_FROM_PUBLIC = `/* public.taken */
  select format('grant %s on database %I to public',
      string_agg(lower(privilege), ', ' order by privilege), current_database()) as right
    from unnest(array['CONNECT', 'TEMPORARY']) as privilege
    where not exists (
      select from pg_catalog.pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
      where datname = current_database() and grantee = 0 and privilege_type = privilege)
    having count(*) > 0
  union all
  select 'grant usage on schema public to public' from pg_catalog.pg_namespace
    where nspname = 'public' and not exists (
      select from aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
      where grantee = 0 and privilege_type = 'USAGE')
  union all
  select format('grant execute on function %s to public', string_agg(p.oid::regprocedure::text, ', ' order by p.oid))
    from pg_catalog.pg_proc as p
    where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|lowrite$|loread$)'
      -- These two read and write files of the server; PUBLIC never had them.
      and proname not in ('lo_import', 'lo_export')
      and not exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
    having count(*) > 0
  union all
  select format('alter default privileges for role %I grant execute on functions to public', defaclrole::regrole::text)
    from pg_catalog.pg_default_acl
    where defaclrole = current_user::regrole and defaclnamespace = 0 and defaclobjtype = 'f'
      and not exists (select from aclexplode(defaclacl) where grantee = 0)`;

/**
 * The statements that return to PUBLIC what an earlier version took from it on a database that it shares; none where
 * nothing is gone.
 */
export async function takenFromPublic(owner: ClientBase): Promise<readonly string[]> {
  const { rows } = await owner.query<{ right: string }>(TAKEN_FROM_PUBLIC);
  return rows.map(({ right }) => `${right};`);
}

/**
 * What PUBLIC, and so every login of the server, may do on this database beside the ledger; null where that is
 * nothing.
 */
export async function allowedToPublic(owner: ClientBase): Promise<string | null> {
  const { rows } = await owner.query<{ may: string | null }>(`/* public.allowed */
    select concat_ws(', ',
      case when has_database_privilege('public', current_database(), 'connect') then 'connect' end,
      case when has_database_privilege('public', current_database(), 'temporary') then 'make temporary tables' end,
      case when has_schema_privilege('public', 'public', 'usage') then 'use the schema public' end,
      case when has_schema_privilege('public', 'public', 'create') then 'create in the schema public' end) as may`);
  return rows[0]?.may || null;
}

/**
 * Takes from PUBLIC what the migrations took, where a restore of our own cluster's database brought it back: who may
 * use it is the ledger's affair alone.
 */
export async function closeToPublic(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ open: boolean }>(
    `/* public.open */ select has_schema_privilege('public', 'public', 'usage') as open`,
  );
  if (rows[0]?.open !== true) return;
  await owner.query(`/* public.close */ revoke all on schema public from public;
    alter default privileges revoke execute on functions from public;
    do $$
    declare
      given regprocedure;
    begin
      if current_setting('is_superuser') = 'on' then
        for given in
          select oid::regprocedure from pg_catalog.pg_proc
          where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|lowrite$|loread$)'
        loop
          execute format('revoke execute on function %s from public', given);
        end loop;
      end if;
    end
    $$`);
}
