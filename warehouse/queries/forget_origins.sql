-- Where an article's earlier text was read, where a newer one has come.
delete from field_origins o
using incoming n, state.articles a
where o.article_id = n.article_id and a.article_id = n.article_id and a.last_seen_at = n.seen_at;
