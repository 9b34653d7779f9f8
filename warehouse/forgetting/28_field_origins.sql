-- Where their fields were read, and words of other pages that hold their text, such as a line with their headline.
delete from field_origins o
where o.article_id in (select article_id from doomed_articles)
    or exists (from doomed_probes p where contains(o.text, p.text));
