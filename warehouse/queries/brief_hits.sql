-- The topics that these articles (a JSON list of ids) match, and why, in the order in which they were published.
select
    h.topic_id, h.article_id, s.story_id, h.strength, h.evidence, o.name as outlet, a.title, a.url, a.published_at,
    a.published_precision
from state.topic_hits h
join state.articles a using (article_id)
join story_articles s using (article_id)
join sources o using (source_id)
where h.article_id in (select unnest(from_json_strict($articles, '["VARCHAR"]')))
order by coalesce(a.published_at, a.first_seen_at), h.article_id, h.topic_id;
