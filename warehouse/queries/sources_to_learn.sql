-- The sources with articles that were not cleaned yet: about the others there is nothing new to
-- learn.
select distinct a.source_id
from state.articles a
where not exists (from state.cleanings c where c.article_id = a.article_id)
order by a.source_id;
