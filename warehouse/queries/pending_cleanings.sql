-- Articles that were not cleaned since their text arrived, or a line of their source was learned or
-- overruled, with their body as extracted. Texts are fetched by row id, so that those of the archive
-- are not read.
with pending as materialized (
    select a.rowid as place, a.article_id, a.source_id
    from state.articles a
    where a.article_id in (select article_id from state.pending_articles)
),
cleaned as materialized (
    from state.cleanings where article_id in (select article_id from pending)
),
chosen as materialized (
    select p.place, p.article_id, c.extracted_hash
    from pending p
    left join cleaned c using (article_id)
    where c.article_id is null or c.stale
    order by p.source_id, p.article_id
    limit $batch
),
versions as materialized (
    select v.rowid as place, v.article_id
    from article_versions v
    join chosen c on c.article_id = v.article_id and c.extracted_hash = v.text_hash
),
texts as (
    select v.article_id, v.body, v.text_hash
    from article_versions v
    where v.rowid in (select place from versions)
)
select
    a.article_id, a.source_id, a.title, coalesce(t.body, a.body) as body,
    coalesce(t.text_hash, a.text_hash) as extracted_hash
from state.articles a
left join texts t using (article_id)
where a.rowid in (select place from chosen)
order by a.source_id, a.article_id;
