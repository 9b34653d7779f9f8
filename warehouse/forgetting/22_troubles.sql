-- Examples of troubles that name them.
update troubles t set example = ''
where exists (from doomed_addresses d where contains(t.example, d.url))
    or exists (from doomed_probes p where contains(t.example, p.text));
