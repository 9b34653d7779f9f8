-- Days on which a run ended, in Jakarta, the newest first.
select distinct local_day(clock) as day from runs where finished_at is not null order by day desc;
