-- Archived responses that have expired, alone or with their page or article.
insert into state.unwanted_records (warc_file, warc_offset)
select distinct p.warc_file, p.warc_offset
from state.pages p
left join limits n using (source_id)
where p.warc_offset >= 0 and p.extracted_with is not null and not starts_with(p.warc_file, '/')
    and (
        p.url in (select url from doomed_addresses)
        or (
            (p.fetched_at < n.warc_before or p.fetched_at < n.pages_before)
            and (n.alerted or not exists (
                from article_urls u join alert_articles t using (article_id) where u.url = p.url
            ))
        )
    )
    and not exists (
        from state.unwanted_records u where u.warc_file = p.warc_file and u.warc_offset = p.warc_offset
    );
