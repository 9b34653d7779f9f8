-- A model's vectors of some articles. They are fetched by row id, so
-- that those of the archive are not read.
with wanted as materialized (select unnest(from_json_strict($article_ids, '["VARCHAR"]')))
select article_id, vector
from state.vectors
where rowid in (select v.rowid from state.vectors v where v.model = $model and v.article_id in (from wanted));
