-- Articles that match a topic on each of the last days before the newest article, in Jakarta, days without one too.
with hits as (
    select local_day(coalesce(a.published_at, a.first_seen_at)) as day, h.strength
    from state.topic_hits h
    join state.articles a using (article_id)
    where h.topic_id = $topic_id
),
last as (select max(local_day(clock)) as day from runs where kind = 'run'),
days as (
    select unnest(generate_series(day - ($days::integer - 1), day, interval 1 day))::date as day from last where day is not null
)
select
    d.day, count(*) filter (h.strength = 'subject') as articles, count(*) filter (h.strength = 'mention') as mentions
from days d
left join hits h using (day)
group by d.day
order by d.day;
