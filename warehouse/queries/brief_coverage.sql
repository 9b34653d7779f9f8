-- How much each watched topic was written about on each of the days up to one, as the view coverage has it, without the
-- blogs of users. The view itself would count the days of the whole archive.
with days as (select unnest(generate_series($day::date - $days + 1, $day::date, interval 1 day))::date as day),
published as (
    select a.article_id, local_day(coalesce(a.published_at, a.first_seen_at), zone := o.timezone) as day
    from state.articles a
    join sources o using (source_id)
    where o.kind <> 'user_blog'
        and a.rowid in (
            select b.rowid from state.articles b
            where coalesce(b.published_at, b.first_seen_at) >= $day::date - $days  -- and some hours, for every zone
        )
),
written as (select day, count(*) as articles from published group by day),
found as (
    select
        h.topic_id, p.day, count(*) filter (h.strength = 'subject') as articles,
        count(*) filter (h.strength = 'mention') as mentions
    from state.topic_hits h
    join published p using (article_id)
    group by h.topic_id, p.day
)
select
    t.topic_id, d.day, coalesce(f.articles, 0) as articles, coalesce(f.mentions, 0) as mentions,
    coalesce(w.articles, 0) as all_articles
from topics t
cross join days d
left join written w using (day)
left join found f using (topic_id, day)
where t.active
order by t.topic_id, d.day;
