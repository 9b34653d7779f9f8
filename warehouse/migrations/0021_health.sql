-- What each source gave by day, the problems that stand, what the operators are told of them, and how the data directory grows.
alter table source_health add column most_links integer;
alter table source_health add column new_links integer;
alter table source_health add column unread integer;
alter table source_health add column blocked integer;
alter table source_health add column dated integer;
alter table source_health add column signed integer;
alter table source_health add column contained integer;
alter table source_health add column incomplete integer;
alter table source_health add column mean_words double;
alter table source_health add column learned_cuts integer;
alter table source_health add column usable_at timestamptz;
alter table source_health add column hours double;
alter table runs add column size_bytes bigint;

create table source_problems (
    problem_id text not null,
    source_id text not null,
    kind text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    detail text not null,
    command text not null
);

create table problem_messages (
    message_id text not null,
    problem_id text not null,
    event text not null,
    raised_at timestamptz not null,
    title text not null,
    text text not null
);
