-- Since when nothing was reported: the clock of the oldest run that was interrupted since the last
-- one that ended, or else of this run; and whether there is one.
select least($clock::timestamptz, min(clock)) as since, count(*) > 0 as interrupted
from runs
where state = 'interrupted'
    and started_at > coalesce(
        (select max(started_at) from runs where state <> 'interrupted'), '-infinity'::timestamptz
    );
