-- A known article whose text was just extracted is to be cleaned; before record_articles.
delete from state.cleanings c
using incoming n, state.articles a
where c.article_id = n.article_id and a.article_id = n.article_id and a.last_seen_at <= n.seen_at;
