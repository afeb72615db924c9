/* Run at every migration, not once: a database's own privileges don't come with its template, and a restore may lose
   them. */
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to
      cutter_exec, cutter_verify, cutter_observe, cutter_evidence, cutter_gate, cutter_integrator',
    current_database()
  );
  /* COPY can't go into a table with policies: large cuts go through a temporary one. */
  execute format('grant temporary on database %I to cutter_exec', current_database());
end
$$;
