-- What the runs of a night could not look at, left out, doubt, or found to be less than usual.
select
    t.kind, coalesce(o.name, t.source_id) as outlet, sum(t.count)::bigint as count,
    arg_max(t.example, r.clock) as example
from troubles t
join runs r using (run_id)
left join sources o using (source_id)
where r.kind = 'run' and r.clock > $since and r.clock <= $until
group by t.kind, t.source_id, o.name
order by t.kind, lower(coalesce(o.name, t.source_id));
