-- Articles without a story, or that are to be placed anew, in order of publication.
-- Texts are fetched by row id, so that those of the archive are not read.
with pending as materialized (
    select a.rowid as place, a.article_id, coalesce(a.published_at, a.first_seen_at) as seen_at
    from state.articles a
    where a.article_id in (
        select article_id from state.pending_articles union all select article_id from state.regroupings
    )
),
placed as materialized (
    select article_id, story_id
    from story_articles
    where rowid in (select s.rowid from story_articles s where s.article_id in (select article_id from pending))
),
encoded as materialized (
    select article_id from state.vectors where model = $model and article_id in (select article_id from pending)
),
chosen as materialized (
    select p.place, s.story_id
    from pending p
    left join placed s using (article_id)
    where (s.article_id is null or p.article_id in (select article_id from state.regroupings))
        and p.article_id in (select article_id from encoded)
    order by p.seen_at, p.article_id
    limit $batch
),
alerted as materialized (
    select distinct article_id from state.topic_hits where decision in ('raised', 'joined')
)
select
    a.article_id, a.source_id, coalesce(a.published_at, a.first_seen_at) as seen_at, a.title, a.body, a.credit,
    s.story_id,
    s.story_id is not null as anew, coalesce(o.name, a.source_id) as outlet,
    a.article_id in (select article_id from alerted) as alerted
from state.articles a
left join placed s using (article_id)
left join sources o using (source_id)
where a.rowid in (select place from chosen)
order by seen_at, a.article_id;
