-- A run that has begun.
insert into runs (run_id, kind, clock, started_at, state) values ($run_id, $kind, $clock, $started_at, 'running');
