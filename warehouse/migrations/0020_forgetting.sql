-- What was forgotten on request, and what is left to be cleared away after that.
create table forgotten (
    address_hash text,
    source_id text,
    reason text not null,
    forgotten_at timestamptz not null
);

alter table alerts add column emptied_at timestamptz;

create table state.unwanted_records (warc_file text not null, warc_offset bigint not null);
create table state.leftovers (path text not null);
