-- The outlets that reported each of these stories, by name, in the order of their first reports.
select s.story_id, list(o.name order by s.reported_at, o.name) as outlets
from (
    select story_id, source_id, min(coalesce(published_at, first_seen_at)) as reported_at
    from story_articles
    join state.articles using (article_id)
    where story_id in (select unnest(from_json_strict($stories, '["VARCHAR"]')))
    group by story_id, source_id
) s
join sources o using (source_id)
group by s.story_id;
