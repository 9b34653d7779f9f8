-- The articles of every story that has one between the two instants: those that new articles could join.
select a.article_id, a.source_id, coalesce(a.published_at, a.first_seen_at) as seen_at, a.title, a.body, a.credit, v.vector, s.story_id
from story_articles s
join state.articles a using (article_id)
join state.vectors v on v.article_id = a.article_id and v.model = $model
where s.story_id in (
    select s2.story_id
    from story_articles s2
    join state.articles a2 using (article_id)
    where coalesce(a2.published_at, a2.first_seen_at) between $from_at and $to_at
)
order by a.article_id;
