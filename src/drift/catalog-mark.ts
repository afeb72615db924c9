import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { OWN_ROLES, OWN_SCHEMAS, PUBLIC_RELATIONS } from './shape-sql.ts';

const SCHEMAS = sql.array(OWN_SCHEMAS, 'text');
const ROLES = sql.array(OWN_ROLES, 'text');

/** How many rows these are, and the sum of the transactions that wrote them. */
function markOfRows(rows: FragmentSqlToken): FragmentSqlToken {
  // Rows that initdb wrote have no such number; their age is the largest.
  return sql.fragment`
    select count(*), sum(this.xid - age(r.xmin)) filter (where age(r.xmin) < 2147483647) from this, ${rows}`;
}

const RELATIONS = sql.fragment`((select oids from own)::oid[])`;

/**
 * A text that differs after whatever change of the ledger's shape: for each catalog, how many rows it has of the
 * ledger, and the sum of the transactions that wrote them. A statement that changes the shape adds a row, takes one
 * away, or writes one anew, by a younger transaction. The text may differ though the shape is the same.
 *
 * Roles have no such number; of them it holds the attributes. It reads about 1,500 rows, all by their keys.
 */
export const CATALOG_MARK = sql.prepared('drift.mark', z.object({ mark: z.string() }))`/* drift.mark */
  with this as materialized (
    select pg_current_xact_id()::text::bigint as xid
  ), held as materialized (
    select classid, objid, xmin from pg_depend
    where refclassid = 'pg_namespace'::regclass
      and refobjid = any (array(select oid from pg_namespace where nspname = any (${SCHEMAS})))
  ), own as materialized (
    select array(select objid from held where classid = 'pg_class'::regclass
      union all select oid from pg_class where relname = any (${sql.array(PUBLIC_RELATIONS, 'text')})
        and relnamespace = 'public'::regnamespace) as oids
  ), roles as materialized (
    select array(select oid from pg_roles where rolname = any (${ROLES})) as oids
  ), here as materialized (
    select oid from pg_database where datname = current_database()
  ), parts (rows, xids) as (
    ${sql.join(
      [
        sql.fragment`pg_namespace as r where nspname = any (${SCHEMAS}) or nspname = 'public'`,
        sql.fragment`held as r`,
        sql.fragment`pg_class as r where oid = any ${RELATIONS}`,
        sql.fragment`pg_attribute as r where attrelid = any ${RELATIONS} and attnum > 0`,
        sql.fragment`pg_attrdef as r where adrelid = any ${RELATIONS}`,
        sql.fragment`pg_constraint as r where conrelid = any ${RELATIONS}`,
        sql.fragment`pg_trigger as r where tgrelid = any ${RELATIONS}`,
        sql.fragment`pg_policy as r where polrelid = any ${RELATIONS}`,
        sql.fragment`pg_rewrite as r where ev_class = any ${RELATIONS}`,
        sql.fragment`pg_inherits as r where inhparent = any ${RELATIONS}`,
        sql.fragment`pg_sequence as r where seqrelid = any ${RELATIONS}`,
        sql.fragment`pg_index as r where indrelid = any ${RELATIONS}`,
        sql.fragment`pg_class as r where oid = any (array(select indexrelid from pg_index
          where indrelid = any ${RELATIONS}))`,
        sql.fragment`pg_proc as r where oid = any (array(select objid from held where classid = 'pg_proc'::regclass))`,
        sql.fragment`pg_type as r where oid = any (array(select objid from held where classid = 'pg_type'::regclass))`,
        // What of other schemas the ledger's logins may use: a grant of somebody else's table is a row here.
        // The catalog is the cluster's: what its other databases hold is another ledger's.
        sql.fragment`pg_shdepend as r where refclassid = 'pg_authid'::regclass
          and refobjid = any ((select oids from roles)::oid[])
          and (dbid = (select oid from here) or dbid = 0
            and (classid <> 'pg_database'::regclass or objid = (select oid from here)))`,
        sql.fragment`pg_db_role_setting as r where setdatabase = any (array(select oid from pg_database
            where datname = current_database()) || 0::oid)
          and setrole = any ((select oids from roles) || 0::oid)`,
        sql.fragment`pg_auth_members as r where member = any ((select oids from roles)::oid[])`,
        sql.fragment`pg_auth_members as r where roleid = any ((select oids from roles)::oid[])`,
        sql.fragment`pg_default_acl as r where defaclrole = any ((select oids from roles)
          || array(select nspowner from pg_namespace where nspname = 'cutter_log'))`,
        sql.fragment`pg_database as r where datname = current_database()`,
      ].map(markOfRows),
      sql.fragment` union all `,
    )}
    union all
    select count(*), sum(hashtext(concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
      rolreplication, rolconnlimit, rolvaliduntil, rolbypassrls))) from pg_roles where rolname = any (${ROLES})
  )
  select string_agg(rows || ':' || coalesce(xids, 0), ' ') as mark from parts`;
