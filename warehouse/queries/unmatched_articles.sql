-- Grouped articles whose current text this version of the topic has not looked at. Texts are fetched
-- by row id, so that those of the archive are not read.
with pending as materialized (
    select a.rowid as place, a.article_id, a.text_hash, coalesce(a.published_at, a.first_seen_at) as seen_at
    from state.articles a
    where a.rowid in (
        select b.rowid from state.articles b where b.article_id in (select article_id from state.pending_articles)
    )
),
placed as materialized (
    select article_id, story_id, relation, original_article_id, certainty
    from story_articles
    where rowid in (select s.rowid from story_articles s where s.article_id in (select article_id from pending))
),
looked as materialized (
    select article_id, text_hash
    from state.topic_looks
    where topic_id = $topic_id and topic_version = $topic_version
        and rowid in (
            select l.rowid from state.topic_looks l where l.article_id in (select article_id from pending)
        )
),
chosen as materialized (
    select p.place
    from pending p
    semi join placed using (article_id)
    anti join looked using (article_id, text_hash)
    order by p.seen_at, p.article_id
    limit $batch
),
shown as materialized (
    select
        article_id, source_id, coalesce(published_at, first_seen_at) as seen_at, published_precision as precision,
        arrived_by, url, title, body, text_hash
    from state.articles
    where rowid in (select place from chosen)
)
select
    a.article_id, s.story_id, a.seen_at, a.precision, a.arrived_by, o.name as outlet, a.url, a.title, s.relation,
    s.original_article_id, a.body, a.text_hash, coalesce(s.certainty, 1) as certainty
from shown a
join placed s using (article_id)
join sources o using (source_id)
order by a.seen_at, a.article_id;
