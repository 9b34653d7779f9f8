-- Problems that are opened, and the ends of those that are closed.
merge into source_problems t
using incoming n on t.problem_id = n.problem_id
when matched then update set closed_at = n.closed_at
when not matched then insert (problem_id, source_id, kind, opened_at, closed_at, detail, command)
    values (n.problem_id, n.source_id, n.kind, n.opened_at, n.closed_at, n.detail, n.command);
