-- Delete texts of these articles whose page belongs to another article by now, unless the article
-- still shows them.
with own as materialized (
    select article_id, identity_key, text_hash
    from state.articles
    where rowid in (select a.rowid from state.articles a where a.article_id in (select article_id from incoming))
),
cleaned as materialized (
    select article_id, extracted_hash from state.cleanings where article_id in (select article_id from own)
),
older as materialized (
    select v.rowid as place, v.seen_at, a.article_id, a.identity_key
    from article_versions v
    join own a using (article_id)
    left join cleaned c using (article_id)
    where v.text_hash <> coalesce(c.extracted_hash, a.text_hash)
),
looks as materialized (
    select url, identity_key, fetched_at
    from state.pages
    where rowid in (select p.rowid from state.pages p where p.fetched_at in (select seen_at from older))
),
owners as materialized (
    select url, article_id from article_urls where url in (select url from looks)
)
delete from article_versions
where rowid in (
    select o.place
    from older o
    where exists (
            from looks p
            join owners u using (url)
            where p.fetched_at = o.seen_at and p.identity_key <> o.identity_key and u.article_id <> o.article_id
        )
        and not exists (
            from looks p
            left join owners u using (url)
            where p.fetched_at = o.seen_at and (p.identity_key = o.identity_key or u.article_id = o.article_id)
        )
);
