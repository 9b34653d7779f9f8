-- Articles that match a topic in one strength, the newest first; `after`: an article of the page before.
with listed as (
    select
        a.article_id, s.story_id, a.title, a.body, o.name as outlet, a.published_at, a.published_precision, h.decision, h.score,
        h.evidence, coalesce(a.published_at, a.first_seen_at) as seen_at
    from state.topic_hits h
    join state.articles a using (article_id)
    join sources o using (source_id)
    left join story_articles s using (article_id)
    where h.topic_id = $topic_id and h.strength = $strength
),
last as (select row(seen_at, article_id) as place from listed where article_id = $after)
from listed
where not exists (from last) or row(seen_at, article_id) < (select place from last)
order by seen_at desc, article_id desc
limit $most;
