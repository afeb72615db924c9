/* plans: a prepared statement keeps a plan for as long as its connection lives, and the first one is made while the tables are
   small. Reading a small table whole is cheap then; the same plan reads it whole when it is large. Every statement of the runtime
   finds its rows by an index, so its logins never read a table whole where an index would serve. */
do $$
declare
  login text;
begin
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set enable_seqscan = off', login);
  end loop;
end
$$;
