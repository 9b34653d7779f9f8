-- The headline and the body of these articles. They are fetched by row id, so that those of the
-- archive are not read.
with wanted as materialized (select unnest(from_json_strict($articles, '["VARCHAR"]')))
select article_id, title, body
from state.articles
where rowid in (select a.rowid from state.articles a where a.article_id in (from wanted));
