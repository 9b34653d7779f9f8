-- What is said of a source's problem, if it names them.
update source_problems p set detail = ''
where exists (from doomed_addresses d where contains(p.detail, d.url))
    or exists (from doomed_probes t where contains(p.detail, t.text));
