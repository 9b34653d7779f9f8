-- What the addresses of known articles answered, later than their text, that is not taken for it:
-- once for each reason and text, from the first to the last time it was seen.
merge into doubtful_answers t
using (
    select u.article_id, n.url, n.reason, n.detail, n.title, n.body, n.text_hash, n.seen_at, n.noted_at
    from incoming n
    join article_urls u using (url)
    join state.articles a on a.article_id = u.article_id
    where n.seen_at > a.last_seen_at
    qualify row_number() over (partition by u.article_id, n.reason, n.text_hash order by n.seen_at desc) = 1
) n on t.article_id = n.article_id and t.reason = n.reason and t.text_hash = n.text_hash
when matched then update set
    url = n.url, detail = n.detail, last_seen_at = greatest(t.last_seen_at, n.seen_at), noted_at = n.noted_at
when not matched then insert (article_id, url, reason, detail, title, body, text_hash, seen_at, last_seen_at, noted_at)
    values (n.article_id, n.url, n.reason, n.detail, n.title, n.body, n.text_hash, n.seen_at, n.seen_at, n.noted_at);
