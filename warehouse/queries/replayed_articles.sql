-- Articles since then, with what a topic has recorded of each.
select
    a.article_id, s.story_id, coalesce(a.published_at, a.first_seen_at) as seen_at, o.name as outlet, a.url,
    a.title, a.body,
    h.strength as recorded, h.evidence
from state.articles a
join story_articles s using (article_id)
join sources o using (source_id)
left join state.topic_hits h on h.article_id = a.article_id and h.topic_id = $topic_id
where coalesce(a.published_at, a.first_seen_at) >= $since
order by seen_at, a.article_id;
