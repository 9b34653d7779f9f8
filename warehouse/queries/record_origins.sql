-- Where the fields of current texts were read, after forget_origins.
insert into field_origins (article_id, field, place, text, taken)
select n.article_id, n.field, n.place, n.text, n.taken
from incoming n
join state.articles a on a.article_id = n.article_id and a.last_seen_at = n.seen_at;
