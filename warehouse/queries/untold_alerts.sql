-- Alerts that no nightly run has reported yet: those raised since the last one that ended, by one
-- that was killed, or by a reprocess. An alert is raised at the clock of its run.
select alert_id
from alerts
where raised_at in (
    select r.clock
    from runs r
    where r.started_at > coalesce(
        (select max(e.started_at) from runs e where e.kind = 'run' and e.finished_at is not null), '-infinity'
    )
)
order by alert_id;
