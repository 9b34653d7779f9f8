-- What was cut from them, and lines cut from other articles that hold their text, such as a link with their headline.
delete from removed_text r
where r.article_id in (select article_id from doomed_articles)
    or exists (from doomed_probes p where contains(r.text, p.text));
