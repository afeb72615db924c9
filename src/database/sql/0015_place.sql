/* Where the ledger lives, so that a copy of its database is told from the one that it was made of. Beside the ledger: no record is
   written about it, and nothing but a start reads it. */
create table cutter_meta.place (
  incarnation uuid primary key,
  /* Of the PostgreSQL server and of the database in it. */
  system_identifier text not null,
  database_oid text not null,
  /* Of the embedded PostgreSQL alone: its machine, where that has a name, and its data directory. */
  machine text,
  data_directory text,
  noted_at timestamptz not null default transaction_timestamp()
);

/* Whether PUBLIC kept what it had outside the ledger's schemas when the file was applied: on a database that others use. */
alter table cutter_meta.migration add column public_kept boolean not null default false;

/* A ledger is suspended because its database has less than was seen of it, or because it is a copy. */
alter table cutter_log.suspension add column cause text not null default 'set back' check (cause in ('set back', 'copied'));
