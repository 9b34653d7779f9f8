-- The runs of one day in Jakarta, in their order.
select run_id, kind, clock, started_at, finished_at, state, links, pages, articles, rejections, stories, hits, alerts
from runs
where local_day(clock) = $day
order by started_at;
