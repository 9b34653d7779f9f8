-- Heartbeats that name them.
update heartbeats h set missed = '', title = '', text = ''
where exists (
        from doomed_addresses d
        where contains(h.missed, d.url) or contains(h.text, d.url)
    )
    or exists (from doomed_probes p where contains(h.text, p.text));
