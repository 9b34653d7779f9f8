-- The articles that hold a line which was just learned or overruled are to be cleaned again, from
-- their text as it was extracted.
update state.cleanings c set stale = true
from article_versions v
join state.articles a on a.article_id = v.article_id
join incoming n on n.source_id = a.source_id and contains(v.body, n.text)
where v.article_id = c.article_id and v.text_hash = c.extracted_hash and not c.stale;
