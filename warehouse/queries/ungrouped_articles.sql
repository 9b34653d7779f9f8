-- Articles without a story, or that are to be placed anew, in order of publication.
-- Texts are fetched by row id, so that those of the archive are not read.
with chosen as materialized (
    select a.rowid as place
    from state.articles a
    left join story_articles s using (article_id)
    where (s.article_id is null or a.article_id in (select article_id from state.regroupings))
        and exists (from state.vectors v where v.article_id = a.article_id and v.model = $model)
    order by coalesce(a.published_at, a.first_seen_at), a.article_id
    limit $batch
)
select
    a.article_id, a.source_id, coalesce(a.published_at, a.first_seen_at) as seen_at, a.title, a.body, a.credit,
    s.story_id,
    s.story_id is not null as anew, coalesce(o.name, a.source_id) as outlet,
    exists (from state.topic_hits h where h.article_id = a.article_id and h.decision in ('raised', 'joined')) as alerted
from state.articles a
left join story_articles s using (article_id)
left join sources o using (source_id)
where a.rowid in (from chosen)
order by seen_at, a.article_id;
