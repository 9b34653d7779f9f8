-- Versions that were made of a capture that is doubtful by now.
delete from article_versions v
using incoming n
where v.article_id = n.article_id and v.seen_at = n.seen_at;
