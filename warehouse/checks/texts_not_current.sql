-- Articles whose text is not among their versions.
select a.article_id
from state.articles a
where not exists (from article_versions v where v.article_id = a.article_id and v.text_hash = a.text_hash);
