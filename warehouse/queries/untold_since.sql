-- Since when nothing was reported: the clock of the oldest run that was interrupted since the last
-- one that ended, or else of this run.
select least($clock::timestamptz, min(clock)) as since
from runs
where state = 'interrupted'
    and started_at > coalesce(
        (select max(started_at) from runs where state <> 'interrupted'), '-infinity'::timestamptz
    );
