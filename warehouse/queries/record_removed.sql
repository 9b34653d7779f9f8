-- Lines that extraction cut from the current text, after forget_removed.
insert into removed_text (article_id, rule, text)
select n.article_id, n.rule, n.text
from incoming n
join state.articles a on a.article_id = n.article_id and a.last_seen_at = n.seen_at;
