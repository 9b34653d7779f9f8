-- By how many bytes a day the data directory has grown over four weeks; NULL for less than a day.
select
    (arg_max(size_bytes, started_at) - arg_min(size_bytes, started_at))
        / nullif(epoch(max(started_at) - min(started_at)) / 86400, 0) as bytes_a_day
from runs
where size_bytes is not null and started_at > $now::timestamptz - interval 28 days
having max(started_at) - min(started_at) >= interval 1 day;
