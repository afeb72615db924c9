/* What sessions of the ledger's logins rely on is set in the roles, so that what is set for a server or a database that others use
   doesn't reach them. */
do $$
declare
  login text;
begin
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    /* Sessions that listen, or wait in a pool, rest for hours. */
    execute format('alter role %I set idle_session_timeout = 0', login);
    execute format('alter role %I set row_security = on', login);
    execute format('alter role %I set standard_conforming_strings = on', login);
    execute format('alter role %I set bytea_output = hex', login);
  end loop;
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set default_transaction_read_only = off', login);
  end loop;
end
$$;
