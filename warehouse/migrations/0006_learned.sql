-- Lines that return on many articles of a source, and which articles were cleaned of them.
create table learned_lines (
    line_id text not null,
    source_id text not null,
    shape text not null,
    text text not null,
    articles integer not null,
    share float not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    learned_at timestamptz not null,
    kept boolean not null
);

create table state.cleanings (article_id text not null, extracted_hash text not null, stale boolean not null);
