-- Where links come from, which were met, and where the responses to them lie.
create schema state;

create table sources (
    source_id text not null,
    name text not null,
    kind text not null,
    home text not null,
    status text not null
);

create table state.links (
    url text not null,
    source_id text not null,
    found_url text not null,
    listed_at timestamptz,
    lastmod timestamptz,
    discovered_at timestamptz not null,
    tried_at timestamptz,
    tried_lastmod timestamptz
);

create table state.documents (
    url text not null,
    etag text,
    last_modified text,
    fetched_at timestamptz not null,
    warc_file text not null,
    warc_offset bigint not null
);

create table state.pages (
    url text not null,
    source_id text not null,
    found_url text not null,
    final_url text not null,
    fetched_at timestamptz not null,
    content_type text not null,
    digest text not null,
    warc_file text not null,
    warc_offset bigint not null,
    arrived_by text not null,
    extracted_with text
);

create table rejections (
    url text not null,
    source_id text not null,
    stage text not null,
    reason text not null,
    detail text not null,
    retry boolean not null,
    rejected_at timestamptz not null
);
