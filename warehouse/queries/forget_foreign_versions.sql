-- Delete texts of these articles whose page belongs to another article by now, unless the article
-- still shows them.
delete from article_versions v
using incoming n, state.articles a
where a.url = n.url and v.article_id = a.article_id
    and v.text_hash <> coalesce(
        (select c.extracted_hash from state.cleanings c where c.article_id = a.article_id), a.text_hash
    )
    and exists (
        from state.pages p
        join article_urls u on u.url = p.url
        where p.fetched_at = v.seen_at and p.identity_key <> a.identity_key and u.article_id <> a.article_id
    )
    and not exists (
        from state.pages p
        left join article_urls u on u.url = p.url
        where p.fetched_at = v.seen_at and (p.identity_key = a.identity_key or u.article_id = a.article_id)
    );
