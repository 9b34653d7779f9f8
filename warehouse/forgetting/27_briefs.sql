-- Briefs that name them: the row stays, so that none is sent twice, but says nothing.
update briefs b set title = 'Dihapus', text = 'Isi pesan ini dihapus.' || E'\n[' || b.brief_id || ']'
where exists (from doomed_addresses d where contains(b.text, d.url))
    or exists (from doomed_probes p where contains(b.text, p.text) or contains(b.title, p.text));
