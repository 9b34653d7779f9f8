-- The active outlets that could not be looked at on a day, were not, or gave less than expected.
select h.source_id, o.name as outlet, h.state, h.quiet, h.detail
from source_health h
join sources o using (source_id)
where o.status = 'active' and h.day = $day and (h.state in ('failed', 'not_looked') or h.quiet)
order by h.state = 'not_looked', h.state <> 'failed', lower(o.name);
