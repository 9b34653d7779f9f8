-- Articles whose text, before learned lines were cut from it, is not among their versions.
select a.article_id
from state.articles a
left join state.cleanings c using (article_id)
where not exists (
    from article_versions v where v.article_id = a.article_id and v.text_hash = coalesce(c.extracted_hash, a.text_hash)
);
