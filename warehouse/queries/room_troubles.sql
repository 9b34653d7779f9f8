-- What the runs of one day in Jakarta could not look at, left out, doubt, or found to be less than usual; only of one
-- outlet, if one is given.
select t.source_id, coalesce(o.name, t.source_id) as outlet, t.kind, t.count, t.example, r.clock
from troubles t
join runs r using (run_id)
left join sources o using (source_id)
where local_day(r.clock) between $first and $day
    and ($source_id is null or t.source_id = $source_id)
order by r.clock desc, outlet nulls first, t.kind;
