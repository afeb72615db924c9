/* What the ledger's promises need of each session is set for its role, so that neither the server nor the database decides it. Every new
   session is checked all the same: what is set for a role in one database goes before this. */
do $$
declare
  login text;
begin
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set extra_float_digits = 1', login);
    execute format('alter role %I set array_nulls = on', login);
    execute format('alter role %I set standard_conforming_strings = on', login);
    execute format('alter role %I set bytea_output = hex', login);
    execute format('alter role %I set row_security = on', login);
    /* Sessions that listen, or wait in a pool, rest for hours. */
    execute format('alter role %I set idle_session_timeout = 0', login);
  end loop;
  /* Those that write. The readers keep the server's own value, by which a running ledger notices that somebody changed it. */
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set synchronous_commit = on', login);
    execute format('alter role %I set default_transaction_read_only = off', login);
  end loop;
  /* A caller is answered within 5 s, also where a lock isn't to be had. */
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence'] loop
    execute format('alter role %I set lock_timeout = %L', login, '4s');
  end loop;
  alter role cutter_gate set lock_timeout = '2s';
end
$$;

/* Room for three processes: each has a pool of five, and on the evidence login a scrub and passports beside it; fsck takes three more. */
alter role cutter_evidence with connection limit 30;
alter role cutter_gate with connection limit 24;
