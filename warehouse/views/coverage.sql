-- One row per outlet, local day, and topic: how much the outlet wrote of it. Days without an article of the outlet have
-- none.
create or replace view coverage as
with published as (
    select
        a.article_id, a.source_id,
        local_day(coalesce(a.published_at, a.first_seen_at), zone := o.timezone) as day
    from state.articles a
    left join sources o using (source_id)
),
written as (select day, source_id, count(*) as articles from published group by day, source_id),
topics as (select topic_id from state.topic_looks union select topic_id from state.topic_hits),
found as (
    select
        p.day, p.source_id, h.topic_id,
        count(*) filter (h.strength = 'subject') as articles, count(*) filter (h.strength = 'mention') as mentions
    from state.topic_hits h
    join published p using (article_id)
    group by p.day, p.source_id, h.topic_id
)
select
    w.day, w.source_id, t.topic_id, coalesce(f.articles, 0) as articles, w.articles as all_articles,
    coalesce(f.articles, 0) / w.articles as share, coalesce(f.mentions, 0) as mentions
from written w
cross join topics t
left join found f using (day, source_id, topic_id);
