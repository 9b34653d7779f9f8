-- A capture that is read anew gives its text anew: the one it gave before, by other rules, was
-- never the outlet's.
delete from article_versions v
using incoming n
where v.article_id = n.article_id and v.seen_at = n.seen_at
    and not exists (from incoming m where m.article_id = v.article_id and m.text_hash = v.text_hash);
