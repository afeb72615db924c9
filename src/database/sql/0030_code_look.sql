/* Document codes that look alike are refused, as addresses are (src/document/address/lookalike.ts, which a test
   compares with this). Codes are in lower case and hold no character that nobody sees: what is left are forms of
   letters, as of full width, and letters of other scripts that look like Latin ones. */
create function cutter_source.code_look(code text) returns text
  language sql immutable parallel safe strict
  set search_path = pg_catalog
as $look$
  select translate(lower(normalize(code, nfkc)), 'аαвβсϲԁеһհніιıјϳյкκӏмոоοօрρԛգѕтτսυνѵԝхχуү',
    'aabbccdehhhiiijjjkklmnoooppqqsttuuvvwxxyy')
$look$;

grant execute on function cutter_source.code_look(text) to cutter_exec, cutter_evidence;

/* By hash: earlier versions had no bound for codes. */
create index source_code_look_idx on cutter_source.source using hash (cutter_source.code_look(doc_code));
