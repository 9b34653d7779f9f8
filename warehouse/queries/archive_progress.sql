-- How far archives were read for a selection of pages.
select archive, fingerprint, size, read_to, unreadable
from state.archive_progress
where selection = $selection;
