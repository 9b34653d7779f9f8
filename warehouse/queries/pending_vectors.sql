-- Articles whose current text has no vector from a model. Texts are fetched by row id, so that
-- those of the archive are not read.
with pending as materialized (
    select a.rowid as place, a.article_id, a.text_hash
    from state.articles a
    where a.article_id in (select article_id from state.pending_articles)
),
encoded as materialized (
    select article_id, text_hash
    from state.vectors
    where model = $model and article_id in (select article_id from pending)
),
chosen as materialized (
    select p.place from pending p anti join encoded using (article_id, text_hash)
    order by p.article_id
    limit $batch
)
select a.article_id, a.text_hash, a.title, a.body
from state.articles a
where a.rowid in (select place from chosen)
order by a.article_id;
