-- Lines learned as clutter that are cut from no other article, or that are of a forgotten source.
delete from learned_lines l
where l.source_id in (select source_id from forgotten where source_id is not null)
    or exists (from doomed_probes p where contains(l.text, p.text))
    or (
        exists (from removed_text r join doomed_articles using (article_id) where r.rule = 'learned:' || l.line_id)
        and not exists (
            from removed_text r
            where r.rule = 'learned:' || l.line_id
                and r.article_id not in (select article_id from doomed_articles)
        )
    );
