-- Articles whose current text has no vector from a model. Texts are fetched by row id, so that
-- those of the archive are not read.
with chosen as materialized (
    select a.rowid as place
    from state.articles a
    where not exists (from state.vectors v where v.article_id = a.article_id and v.model = $model
        and v.text_hash = a.text_hash)
    order by a.article_id
    limit $batch
)
select a.article_id, a.text_hash, a.title, a.body
from state.articles a
where a.rowid in (from chosen)
order by a.article_id;
