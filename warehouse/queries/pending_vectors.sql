-- Articles whose current text has no vector of the model.
select a.article_id, a.text_hash, a.title, a.body
from state.articles a
where not exists (from state.vectors v where v.article_id = a.article_id and v.model = $model and v.text_hash = a.text_hash)
order by a.article_id
limit $batch;
