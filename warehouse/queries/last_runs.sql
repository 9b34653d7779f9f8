-- The last runs, the newest first.
select run_id, kind, clock, started_at, finished_at, state, links, pages, articles, rejections, stories, hits, alerts
from runs
order by started_at desc
limit $number;
