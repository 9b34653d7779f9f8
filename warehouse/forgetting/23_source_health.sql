-- What was noted of a source's day, if it names them.
update source_health h set detail = ''
where exists (from doomed_addresses d where contains(h.detail, d.url))
    or exists (from doomed_probes p where contains(h.detail, p.text));
