-- Where an article's earlier text was read, where a newer one has come.
delete from field_origins
where article_id in (
    select n.article_id
    from incoming n
    join state.articles a on a.article_id = n.article_id and a.last_seen_at <= n.seen_at
);
