-- From when on nobody was told what came in: the clock of the oldest run that was interrupted since the last one that ended, else this
-- run's own.
select least($clock::timestamptz, min(clock)) as since
from runs
where state = 'interrupted' and started_at > coalesce((select max(started_at) from runs where state <> 'interrupted'), '-infinity'::timestamptz);
