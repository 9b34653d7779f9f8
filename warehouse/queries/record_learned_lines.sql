-- What was learned, and whether the operator keeps it; a known line takes the newest counts.
merge into learned_lines t using incoming n on t.line_id = n.line_id
when matched then update set
    articles = n.articles, share = n.share, first_seen_at = least(t.first_seen_at, n.first_seen_at),
    last_seen_at = greatest(t.last_seen_at, n.last_seen_at), kept = n.kept
when not matched then insert (line_id, source_id, shape, text, articles, share, first_seen_at, last_seen_at,
    learned_at, kept)
    values (n.line_id, n.source_id, n.shape, n.text, n.articles, n.share, n.first_seen_at, n.last_seen_at,
        n.learned_at, n.kept);
