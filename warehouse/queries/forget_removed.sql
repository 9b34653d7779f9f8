-- What was cut from an article's earlier text, where a newer one has come.
delete from removed_text r
using incoming n, state.articles a
where r.article_id = n.article_id and a.article_id = n.article_id and a.last_seen_at <= n.seen_at;
