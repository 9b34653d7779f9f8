-- How many articles there are, and every run, the oldest first.
select
    (select count(*) from state.articles) as articles,
    (select coalesce(list(run_id order by started_at, run_id), []) from runs) as runs;
