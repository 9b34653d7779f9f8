-- What the operators were told of one, if it names them: the row stays, so that it is not told twice.
update problem_messages m set title = 'Dihapus', text = 'Isi pesan ini dihapus.' || E'\n[' || m.message_id || ']'
where exists (from doomed_addresses d where contains(m.text, d.url))
    or exists (from doomed_probes t where contains(m.text, t.text) or contains(m.title, t.text));
