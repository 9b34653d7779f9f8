-- The articles that these URLs lead to, by the URL. Both are fetched by row id, so that the columns of
-- the archive are not read.
with met as materialized (
    select url, article_id
    from article_urls
    where rowid in (select u.rowid from article_urls u where u.url in (select unnest(from_json_strict($urls, '["VARCHAR"]'))))
),
known as materialized (
    select article_id, url
    from state.articles
    where rowid in (select a.rowid from state.articles a where a.article_id in (select article_id from met))
)
select m.url as met, k.url
from met m
join known k using (article_id);
