-- The sources as sources.yaml declares them now; one that was taken out keeps its row, because its
-- articles stay.
merge into sources t using incoming n on t.source_id = n.source_id
when matched then update set name = n.name, kind = n.kind, home = n.home, status = n.status,
    timezone = n.timezone
when not matched then insert (source_id, name, kind, home, status, timezone)
    values (n.source_id, n.name, n.kind, n.home, n.status, n.timezone);
