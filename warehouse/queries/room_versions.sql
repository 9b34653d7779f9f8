-- The texts of an article, the oldest first.
select version, seen_at, title, body from article_versions where article_id = $article_id order by version;
