-- How far each archive was read by a backfill, so that one that was broken off goes on from there.
create table state.archive_progress (
    archive text not null,
    fingerprint text not null,
    selection text not null,
    size bigint not null,
    read_to bigint not null,
    unreadable text[] not null,
    read_at timestamptz not null
);
