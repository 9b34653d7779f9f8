-- The topics that these articles match, and why, in the order in which they were published.
with hits as materialized (
    select * from state.topic_hits
    where article_id in (select unnest(from_json_strict($articles, '["VARCHAR"]')))
),
shown as materialized (
    select article_id, source_id, title, url, published_at, published_precision, first_seen_at
    from state.articles
    where rowid in (select a.rowid from state.articles a where a.article_id in (select article_id from hits))
)
select
    h.topic_id, h.article_id, s.story_id, h.strength, h.evidence, o.name as outlet, a.title, a.url, a.published_at,
    a.published_precision
from hits h
join shown a using (article_id)
join story_articles s using (article_id)
join sources o using (source_id)
order by coalesce(a.published_at, a.first_seen_at), h.article_id, h.topic_id;
