-- One row per later version of an article: what its outlet changed.
create or replace view edits as
with versions as (
    select
        article_id, version, seen_at, title, body,
        lag(title) over told as previous_title, lag(body) over told as previous_body
    from article_versions
    window told as (partition by article_id order by version)
),
changes as (
    select *, state.sentences_of(body) as sentences, state.sentences_of(previous_body) as previous_sentences
    from versions
    where previous_body is not null
)
select
    c.article_id, a.source_id, c.version, c.seen_at, c.previous_title, c.title,
    state.missing_from(c.previous_sentences, c.sentences) as added,
    state.missing_from(c.sentences, c.previous_sentences) as cut,
    local_day(c.seen_at, zone := o.timezone) as seen_on
from changes c
left join state.articles a using (article_id)
left join sources o using (source_id);
