-- Articles without a story, in order of publication.
select a.article_id, a.source_id, coalesce(a.published_at, a.first_seen_at) as seen_at, a.title, a.body, a.credit, v.vector,
    null as story_id
from state.articles a
join state.vectors v on v.article_id = a.article_id and v.model = $model
where not exists (from story_articles s where s.article_id = a.article_id)
order by seen_at, a.article_id
limit $batch;
