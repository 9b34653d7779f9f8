-- Articles whose text the index of words does not have, or has twice.
select a.article_id
from state.articles a
left join state.search_documents d on d.article_id = a.article_id and d.text_hash = a.text_hash
group by a.article_id
having count(d.document_id) <> 1;
