-- What each run did, and how each source is.
create table runs (
    run_id text not null,
    kind text not null,
    clock timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    state text not null,
    links integer,
    pages integer,
    articles integer,
    rejections integer,
    stories integer,
    hits integer,
    alerts integer
);

create table source_health (
    day date not null,
    source_id text not null,
    state text not null,
    quiet boolean not null,
    links integer not null,
    articles integer not null,
    rejections integer not null,
    detail text not null
);
