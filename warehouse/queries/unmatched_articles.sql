-- Grouped articles whose current text this version of the topic has not looked at.
select
    a.article_id, s.story_id, coalesce(a.published_at, a.first_seen_at) as seen_at,
    a.published_precision as precision, a.arrived_by,
    o.name as outlet, a.url, a.title, s.relation, s.original_article_id, a.body, a.text_hash,
    coalesce(s.certainty, 1) as certainty
from state.articles a
join story_articles s using (article_id)
join sources o using (source_id)
where not exists (
    from state.topic_looks l
    where l.article_id = a.article_id and l.topic_id = $topic_id and l.topic_version = $topic_version
        and l.text_hash = a.text_hash
)
order by seen_at, a.article_id
limit $batch;
