-- Links of one source that are to be fetched, oldest first: new ones; those whose last try may be tried again (for two weeks: a page that
-- answers 500 for good must not cost a request every night); those whose sitemap says that they changed since.
select l.url, l.source_id, l.found_url, l.listed_at, l.lastmod
from state.links l
left join rejections r on r.url = l.url
where l.source_id = $source_id
    and (
        (l.tried_at is null and not exists (from article_urls u where u.url = l.url))
        or (r.retry and l.discovered_at > $now::timestamptz - interval 14 days)
        or (l.tried_at is not null and l.lastmod > coalesce(l.tried_lastmod, l.tried_at))
    )
order by l.listed_at nulls last, l.url;
