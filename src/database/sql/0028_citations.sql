/* Units are found by how people cite them. One rule makes a key of a citation, as units have it and as people write it:
   without "§", "Abs.", "Điều" and the like, its parts joined by "/": "§ 433 Abs. 1" and "433 (1)" are "433/1". */
create function cutter_source.citation_key(citation text) returns text
  language sql immutable parallel safe strict
  set search_path = pg_catalog
as $key$
  select btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(normalize(citation, nfc)),
    '(^|[\s/(,;])(§§?|art(ikel|icle|\.)?|abs(atz|\.)?|nr\.?|nummer|nummern|no\.?|buchst(abe|\.)?|lit\.?|' ||
      'alin[ée]a|al\.|sec(tion|\.)?|para(graph|\.)?|Điều|điều|khoản|điểm)(?=[\s\d(])', '\1/', 'g'),
    '(§+|°|[\s/()\[\]{},;:"„“”«»''])+', '/', 'g'),
    '\.+(?=/|$)', '', 'g'), '/+', '/', 'g'), '/')
$key$;

/* The keys that a citation may mean: a Roman number below the first part is that of a paragraph, too ("§ 433 I"). */
create function cutter_source.citation_keys(citation text) returns text[]
  language sql immutable parallel safe strict
  set search_path = pg_catalog
as $keys$
  with written (key) as (select cutter_source.citation_key(citation)),
  numbers (roman) as (select array['i','ii','iii','iv','v','vi','vii','viii','ix','x','xi','xii','xiii','xiv','xv',
    'xvi','xvii','xviii','xix','xx'])
  select array[key, (
    select string_agg(
      case when at > 1 and part = any (roman) then array_position(roman, part)::text else part end, '/' order by at)
    from unnest(string_to_array(key, '/')) with ordinality as p (part, at))]
  from written, numbers
$keys$;

/* The key of the citation that a version of a unit has. */
create function cutter_source.label_key(provenance jsonb) returns text
  language sql immutable parallel safe strict
  set search_path = pg_catalog
as $label$
  select cutter_source.citation_key(coalesce(
    (select string_agg(part, '/' order by at)
      from jsonb_array_elements_text(case when jsonb_typeof(provenance -> 'label') = 'array'
        then provenance -> 'label' else '[]' end) with ordinality as l (part, at)),
    provenance ->> 'section_code'))
$label$;

grant execute on function cutter_source.citation_key(text), cutter_source.citation_keys(text),
  cutter_source.label_key(jsonb) to cutter_reader, cutter_evidence, cutter_exec;

/* By hash: a citation can be longer than an entry of an ordered index. */
create index unit_version_citation_idx on public.unit_version using hash (cutter_source.label_key(provenance));
