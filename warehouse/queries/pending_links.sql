-- Links of one source that are to be fetched, oldest first: new ones; those whose last try may be tried again (for two weeks: a page that
-- answers 500 for good must not cost a request every night); those whose sitemap says that they changed since; and articles of a topic
-- 6, 24 and 72 hours after they were found, because some are edited without a word. With what a conditional GET of them sends.
select l.url, l.source_id, l.found_url, l.listed_at, l.lastmod, p.etag, p.last_modified
from state.links l
left join rejections r on r.url = l.url
left join (
    select url, arg_max(etag, fetched_at) as etag, arg_max(last_modified, fetched_at) as last_modified
    from state.pages
    where source_id = $source_id
    group by url
) p on p.url = l.url
where l.source_id = $source_id
    and (
        (l.tried_at is null and not exists (from article_urls u where u.url = l.url))
        or (r.retry and l.discovered_at > $now::timestamptz - interval 14 days)
        or (l.tried_at is not null and l.lastmod > coalesce(l.tried_lastmod, l.tried_at))
        or exists (
            from article_urls u
            join state.topic_hits h using (article_id), unnest([6, 24, 72]) t(hours)
            where u.url = l.url and l.tried_at < l.discovered_at + to_hours(t.hours) and l.discovered_at + to_hours(t.hours) <= $now
        )
    )
order by l.listed_at nulls last, l.url;
