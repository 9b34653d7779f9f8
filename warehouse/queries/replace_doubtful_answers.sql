-- A capture that is read anew says anew whether it is doubtful: what it was taken for before goes.
delete from doubtful_answers d
using incoming n
where d.article_id = n.article_id and d.seen_at = n.seen_at and d.last_seen_at = n.seen_at;
