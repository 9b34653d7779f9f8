-- Messages that tell of a doomed article: the row stays, so that nothing is alerted twice, but says nothing.
update alerts a set title = 'Dihapus', text = 'Isi pesan ini dihapus.' || E'\n[' || a.alert_id || ']', emptied_at = $now
where a.emptied_at is null
    and (
        a.alert_id in (select t.alert_id from alert_articles t join doomed_articles using (article_id))
        or not exists (
            from story_articles s
            where s.story_id = a.story_id and s.article_id not in (select article_id from doomed_articles)
        )
        or exists (from doomed_addresses d where contains(a.text, d.url))
        or exists (from doomed_probes p where contains(a.text, p.text) or contains(a.title, p.text))
    );
