-- The reports of a story, in the order in which they were published.
with reports as materialized (
    select
        s.article_id, s.relation, s.original_article_id, s.similarity, s.certainty, a.source_id, o.name as outlet,
        a.title, a.url, a.published_at, a.published_precision, a.first_seen_at, a.word_count,
        coalesce(a.published_at, a.first_seen_at) as seen_at
    from story_articles s
    join state.articles a using (article_id)
    join sources o using (source_id)
    where s.story_id = $story_id
)
select
    r.*,
    origin.outlet as original_outlet,
    if(
        coalesce(r.published_precision, 'day') = 'day' or coalesce(origin.published_precision, 'day') = 'day',
        null,
        epoch(r.published_at - origin.published_at) / 60
    ) as delay_minutes
from reports r
left join reports origin on origin.article_id = r.original_article_id and r.relation in ('copy', 'rewrite')
order by r.seen_at, r.article_id;
