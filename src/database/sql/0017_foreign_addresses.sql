/* Units at addresses that begin with the code of another document. New ones are refused; of what an earlier version let be born,
   every plan asks whether it holds an address that it needs. The index holds those units alone, so asking costs nothing. */
create index information_unit_foreign_address_idx on public.information_unit ((split_part(canonical_address, '/', 1)))
  where split_part(canonical_address, '/', 1) <> doc_code;
