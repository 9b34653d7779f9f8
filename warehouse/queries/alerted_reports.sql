-- The hits of a topic in the stories that it has alerted and that have an article since then, with their texts.
select
    s.story_id, h.article_id, h.topic_version, h.decision, h.strength, h.score, h.evidence, coalesce(a.published_at, a.first_seen_at) as seen_at,
    a.published_precision as precision, a.arrived_by, o.name as outlet, a.url, a.title, a.body, s.relation, s.original_article_id,
    exists (
        from alert_articles t join alerts b using (alert_id) where b.topic_id = h.topic_id and t.article_id = h.article_id
    ) as told
from state.topic_hits h
join story_articles s using (article_id)
join state.articles a using (article_id)
join sources o using (source_id)
where h.topic_id = $topic_id and s.story_id in (
    select b.story_id
    from alerts b
    join story_articles s2 using (story_id)
    join state.articles a2 using (article_id)
    where b.topic_id = $topic_id and coalesce(a2.published_at, a2.first_seen_at) >= $since
)
order by s.story_id, seen_at, h.article_id;
