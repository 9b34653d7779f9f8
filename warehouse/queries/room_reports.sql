-- The reports of a story, in the order in which it was told.
with reports as materialized (
    select
        t.n, t.article_id, t.relation, t.original_article_id, t.source_id, t.outlet, t.title, t.url, t.delay_minutes,
        a.published_at, a.published_precision, a.first_seen_at, a.word_count, s.similarity, s.certainty
    from timeline t
    join state.articles a using (article_id)
    join story_articles s using (article_id)
    where t.story_id = $story_id
)
select r.*, origin.outlet as original_outlet
from reports r
left join reports origin on origin.article_id = r.original_article_id and r.relation in ('copy', 'rewrite')
order by r.n;
