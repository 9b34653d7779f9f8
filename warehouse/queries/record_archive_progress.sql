-- How far an archive is read, one row an archive and selection of pages.
merge into state.archive_progress t using incoming n on t.archive = n.archive and t.selection = n.selection
when matched then update set
    fingerprint = n.fingerprint, size = n.size, read_to = n.read_to, unreadable = n.unreadable, read_at = n.read_at
when not matched then insert (archive, fingerprint, selection, size, read_to, unreadable, read_at)
    values (n.archive, n.fingerprint, n.selection, n.size, n.read_to, n.unreadable, n.read_at);
