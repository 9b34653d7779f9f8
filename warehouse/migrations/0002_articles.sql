-- What the pages say, and their vectors.
create table state.articles (
    article_id text not null,
    source_id text not null,
    url text not null,
    title text not null,
    author text,
    editor text,
    credit text,
    dateline text,
    published_at timestamptz,
    published_precision text,
    published_from text,
    modified_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    language text not null,
    body text not null,
    word_count integer not null,
    text_hash text not null,
    arrived_by text not null,
    landed_at timestamptz not null
);

create table article_urls (url text not null, article_id text not null);

create table article_versions (
    article_id text not null,
    version integer not null,
    seen_at timestamptz not null,
    title text not null,
    body text not null,
    text_hash text not null
);

create table removed_text (article_id text not null, rule text not null, text text not null);

create table state.vectors (
    article_id text not null,
    model text not null,
    text_hash text not null,
    vector float[] not null
);
