-- Articles: the newest text seen is current; the first arrival stays on record. A date that a later look does not find, or finds no more
-- exactly than to the day, stays as it was.
merge into state.articles t
using (
    select
        i.*,
        i.seen_at > a.last_seen_at and a.published_at is not null and (
            i.published_at is null
            or (
                i.published_precision = 'day' and a.published_precision <> 'day'
                and abs(epoch(i.published_at::timestamptz) - epoch(a.published_at)) < 86400
            )
        ) as keeps_date
    from incoming i
    left join state.articles a using (article_id)
) n on t.article_id = n.article_id
when matched and n.seen_at >= t.last_seen_at then update set
    title = n.title, author = n.author, editor = n.editor, credit = n.credit, dateline = n.dateline,
    published_at = if(n.keeps_date, t.published_at, n.published_at::timestamptz),
    published_precision = if(n.keeps_date, t.published_precision, n.published_precision),
    published_from = if(n.keeps_date, t.published_from, n.published_from),
    modified_at = n.modified_at, first_seen_at = least(t.first_seen_at, n.first_seen_at), last_seen_at = n.seen_at,
    language = n.language, body = n.body, word_count = n.word_count, paywalled = n.paywalled, doubts = n.doubts, text_hash = n.text_hash
when matched then update set first_seen_at = least(t.first_seen_at, n.first_seen_at)
when not matched then insert
    (article_id, source_id, url, title, author, editor, credit, dateline, published_at, published_precision, published_from, modified_at,
     first_seen_at, last_seen_at, language, body, word_count, paywalled, doubts, text_hash, arrived_by, landed_at, identity_key)
    values
    (n.article_id, n.source_id, n.url, n.title, n.author, n.editor, n.credit, n.dateline, n.published_at, n.published_precision,
     n.published_from, n.modified_at, n.first_seen_at, n.seen_at, n.language, n.body, n.word_count, n.paywalled,
     n.doubts, n.text_hash, n.arrived_by, n.landed_at, n.identity_key);
