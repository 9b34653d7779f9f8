-- What the runs of a night looked at: how many runs there were and, on their day, how many outlets.
select
    (select count(*) from runs where kind = 'run' and clock > $since and clock <= $until) as runs,
    count(*) filter (h.state <> 'not_looked') as outlets,
    count(*) filter (h.state = 'failed' or (h.quiet and h.state <> 'not_looked')) as troubled,
    coalesce(sum(h.links), 0)::bigint as links,
    coalesce(sum(h.rejections), 0)::bigint as rejections
from source_health h
join sources o using (source_id)
where o.status = 'active' and h.day = $day;
