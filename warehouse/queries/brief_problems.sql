-- The problems of sources that stood in a night, and those that ended in it.
select p.kind, coalesce(o.name, p.source_id) as outlet, p.opened_at, p.closed_at, p.detail
from source_problems p
left join sources o using (source_id)
where p.opened_at <= $until and (p.closed_at is null or p.closed_at > $since)
order by p.closed_at is not null, p.opened_at, lower(outlet), p.kind;
