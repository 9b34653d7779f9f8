-- The newest articles of a source as they were extracted, copies once: what its lines are learned
-- from.
create or replace temp table sampled_articles as
with newest as materialized (
    select article_id
    from state.articles
    where source_id = $source_id
    order by landed_at desc, article_id
    limit $sample
)
select
    a.source_id,
    coalesce(s.original_article_id, a.article_id) as unit,
    coalesce(s.story_id, a.article_id) as story_id,
    coalesce(a.published_at, a.first_seen_at) as seen_at,
    a.title,
    coalesce(v.body, a.body) as body
from newest
join state.articles a using (article_id)
left join story_articles s on s.article_id = a.article_id
left join state.cleanings c on c.article_id = a.article_id
left join article_versions v on v.article_id = c.article_id and v.text_hash = c.extracted_hash
qualify row_number() over (partition by coalesce(s.original_article_id, a.article_id) order by a.article_id) = 1
    and row_number() over (partition by a.title order by a.article_id) = 1;
