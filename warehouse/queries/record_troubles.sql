-- What a run could not look at, left out, doubts or found to be less than usual.
insert into troubles (run_id, source_id, kind, count, example)
select run_id, source_id, kind, count, example from incoming;
