-- Unreadable places of archives that name them.
update state.archive_progress p
set unreadable = list_filter(unreadable, lambda place: not exists (from doomed_addresses d where contains(place, d.url)))
where exists (from doomed_addresses d, unnest(p.unreadable) t(place) where contains(place, d.url));
