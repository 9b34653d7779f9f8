-- The newest articles of some sources as they were extracted, copies once: what their lines are
-- learned from. Texts are fetched by row id, so that those of the archive are not read, and each
-- from one table only.
create or replace temp table sampled_articles as
with newest as materialized (
    select found.place, found.article_id
    from (
        select unnest(max({landed_at: landed_at, article_id: article_id, place: rowid}, $sample)) as found
        from state.articles
        where source_id in (select unnest(from_json_strict($sources, '["VARCHAR"]')))
        group by source_id
    )
),
extracted as materialized (
    select n.article_id, v.rowid as place
    from newest n
    join state.cleanings c using (article_id)
    join article_versions v on v.article_id = c.article_id and v.text_hash = c.extracted_hash
),
bodies as (
    select article_id, body from article_versions where rowid in (select place from extracted)
    union all
    select article_id, body
    from state.articles
    where rowid in (select place from newest where article_id not in (select article_id from extracted))
)
select
    a.source_id,
    coalesce(s.original_article_id, a.article_id) as unit,
    coalesce(s.story_id, a.article_id) as story_id,
    coalesce(a.published_at, a.first_seen_at) as seen_at,
    a.title,
    b.body
from state.articles a
join bodies b using (article_id)
left join story_articles s using (article_id)
where a.rowid in (select place from newest)
qualify row_number() over (
        partition by a.source_id, coalesce(s.original_article_id, a.article_id) order by a.article_id
    ) = 1
    and row_number() over (partition by a.source_id, a.title order by a.article_id) = 1;
