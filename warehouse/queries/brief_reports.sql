-- The reports of these stories up to an instant, in the order in which each story was told.
-- What a run brought in was there with it, whatever its page says.
select
    t.story_id, t.article_id, t.source_id, t.outlet, o.kind as source_kind, t.title, t.url, t.published_at,
    a.published_precision, a.first_seen_at, t.relation, t.original_article_id, t.delay_minutes,
    coalesce(s.certainty, 1) as certainty
from timeline t
join state.articles a using (article_id)
join story_articles s using (article_id)
join sources o on o.source_id = t.source_id
where list_contains(from_json_strict($stories, '["VARCHAR"]'), t.story_id)
    and if($looked and a.arrived_by = 'run', a.landed_at, coalesce(t.published_at, a.first_seen_at)) <= $until
order by t.story_id, t.n;
