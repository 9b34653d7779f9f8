-- The night that a brief is of, by default the newest: what came in after `since`, up to `until`, and the texts seen
-- after `seen_since`, up to `seen_until`. A night ends with the last run of its day in Jakarta, and begins with the
-- newest one about a day before that, so that runs of every hour have nights of a day. On a day without a run
-- (`looked` is false), it is what was published on that day.
with ended as (
    select
        clock, local_day(clock) as day,
        clock + (finished_at - started_at) as ended_at  -- by its own clock, which may be that of a replay
    from runs
    where kind = 'run' and finished_at is not null
),
asked as (
    select coalesce(
        $day::date,
        (select max(day) from ended),
        (select local_day(max(published_at)) from state.articles)
    ) as day
),
last as (
    select e.clock, e.ended_at
    from ended e
    join asked using (day)
    order by e.clock desc
    limit 1
),
previous as (
    select e.clock, e.ended_at
    from ended e
    join last l on e.clock <= l.clock - interval '23 hours 30 minutes'
    order by e.clock desc
    limit 1
)
select
    a.day, l.clock is not null as looked,
    if(
        l.clock is null,
        timezone('Asia/Jakarta', a.day::timestamp) - interval 1 microsecond,
        coalesce(p.clock, '1970-01-01')
    ) as since,
    coalesce(l.clock, timezone('Asia/Jakarta', a.day::timestamp + interval 1 day) - interval 1 microsecond) as until,
    if(l.clock is null, since, coalesce(p.ended_at, '1970-01-01')) as seen_since,
    coalesce(l.ended_at, until) as seen_until
from asked a
left join last l on true
left join previous p on true
where a.day is not null;
