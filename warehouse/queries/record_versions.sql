-- Distinct texts, each with the instant it was first seen.
merge into article_versions t using incoming n on t.article_id = n.article_id and t.text_hash = n.text_hash
when matched then update set seen_at = least(t.seen_at, n.seen_at)
when not matched then insert (article_id, version, seen_at, title, body, text_hash)
    values (n.article_id, 0, n.seen_at, n.title, n.body, n.text_hash);
