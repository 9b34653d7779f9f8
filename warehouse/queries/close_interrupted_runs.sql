-- Runs that were killed: only one runs at a time, so whatever still says running is dead.
update runs set state = 'interrupted' where state = 'running';
