-- Unreadable places of archives that name them.
update state.archive_progress p set unreadable = n.kept
from (
    select archive, selection, coalesce(list(place) filter (not named), []) as kept
    from (
        select *, exists (from doomed_addresses d where contains(place, d.url)) as named
        from (select archive, selection, unnest(unreadable) as place from state.archive_progress)
    )
    group by archive, selection
    having bool_or(named)
) n
where p.archive = n.archive and p.selection = n.selection;
