-- Problems of one kind that stand twice for one source.
select source_id, kind from source_problems where closed_at is null group by all having count(*) > 1;
