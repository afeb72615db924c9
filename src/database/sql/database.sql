/* Run at every migration, not once: a database's own privileges don't come with its template, and a restore may lose
   them. */
do $$
declare
  logins text;
begin
  execute format('revoke all on database %I from public', current_database());
  /* An older ledger has no login yet that a later migration makes. */
  select string_agg(quote_ident(rolname), ', ' order by rolname) into logins from pg_catalog.pg_roles
  where rolname in (
    'cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_reader', 'cutter_evidence', 'cutter_gate',
    'cutter_integrator', 'cutter_registrar'
  );
  execute format('grant connect on database %I to %s', current_database(), logins);
  /* COPY can't go into a table with policies: large cuts go through a temporary one. */
  execute format('grant temporary on database %I to cutter_exec', current_database());
end
$$;

/* The audit has a table for each month. A server that runs for longer than these puts its rows into the last table. An
   older ledger has no audit by months yet. */
do $$
begin
  if to_regprocedure('cutter_auth.open_audit_months(integer)') is not null then
    perform cutter_auth.open_audit_months(3);
  end if;
end
$$;
