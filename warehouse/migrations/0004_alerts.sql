-- Which articles match a topic, what was decided, and what was sent.
create table state.topic_looks (
    topic_id text not null,
    topic_version text not null,
    article_id text not null,
    text_hash text not null
);

create table state.topic_hits (
    topic_id text not null,
    topic_version text not null,
    article_id text not null,
    decision text not null,
    score float not null,
    evidence json not null
);

create table alerts (
    alert_id text not null,
    topic_id text not null,
    story_id text not null,
    kind text not null,
    raised_at timestamptz not null,
    title text not null,
    text text not null
);

create table deliveries (
    alert_id text not null,
    channel text not null,
    state text not null,
    attempts integer not null,
    last_error text,
    sent_at timestamptz
);
