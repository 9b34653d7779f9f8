-- The problems that stand, and those that were closed since an instant, the oldest first.
select problem_id, source_id, kind, opened_at, closed_at, detail, command
from source_problems
where closed_at is null or closed_at >= $since
order by opened_at, source_id, kind;
