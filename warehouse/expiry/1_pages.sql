-- Pages, but those of articles that an alert names, unless these expire, too.
delete from state.pages p
using limits n
where p.source_id = n.source_id and p.fetched_at < n.pages_before and p.extracted_with is not null
    and (n.alerted or not exists (
        from article_urls u join alert_articles t using (article_id) where u.url = p.url
    ));
