-- The watched topics, so that what is read of them has their title; and the briefs that are sent.
create table topics (topic_id text not null, title text not null, active boolean not null);

create table briefs (
    brief_id text not null,
    day date not null,
    raised_at timestamptz not null,
    title text not null,
    text text not null
);
