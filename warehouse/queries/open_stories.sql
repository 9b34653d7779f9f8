-- The articles of every story that has one between the two instants: those that new articles could
-- join. Texts are fetched by row id, so that what lies far from the two instants is not read.
with open as materialized (
    select distinct s.story_id
    from story_articles s
    join state.articles a using (article_id)
    where coalesce(a.published_at, a.first_seen_at) between $from_at and $to_at
),
members as materialized (
    select s.article_id, s.story_id
    from story_articles s
    where s.story_id in (from open)
        and exists (from state.vectors v where v.article_id = s.article_id and v.model = $model)
)
select a.article_id, a.source_id, coalesce(a.published_at, a.first_seen_at) as seen_at, a.title, a.body, a.credit,
    m.story_id, coalesce(o.name, a.source_id) as outlet,
    exists (from state.topic_hits h where h.article_id = a.article_id and h.decision in ('raised', 'joined')) as alerted
from state.articles a
join members m using (article_id)
left join sources o using (source_id)
where a.rowid in (select b.rowid from state.articles b where b.article_id in (select article_id from members));
