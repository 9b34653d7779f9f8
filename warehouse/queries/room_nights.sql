-- Days on which a run ended, in Jakarta, the newest first.
select distinct timezone('Asia/Jakarta', clock)::date as day from runs where finished_at is not null order by day desc;
