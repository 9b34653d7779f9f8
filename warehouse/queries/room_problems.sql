-- The problems of one outlet, those that stand first, and the newest of those that ended.
select kind, opened_at, closed_at, detail
from source_problems
where source_id = $source_id
order by closed_at desc nulls first, opened_at desc, kind
limit 20;
