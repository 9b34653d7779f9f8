-- Cleaned articles whose text as it was extracted is not among their versions, or that were cleaned
-- twice.
select c.article_id
from state.cleanings c
where not exists (from article_versions v where v.article_id = c.article_id and v.text_hash = c.extracted_hash)
union all
select article_id from state.cleanings group by article_id having count(*) > 1;
