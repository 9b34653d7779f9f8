-- A source's links to fetch, oldest first:
-- * new ones, including those that another page names as its canonical;
-- * those whose last try may be repeated, for two weeks: a page that always answers 500 must not
--   cost a request every night;
-- * those whose response is no article but may be one later, such as a broken body or an empty
--   page: twice, in the next night and the third after that;
-- * those whose sitemap says that they have changed since;
-- * articles of a topic 6, 24, and 72 hours after they were found, because some are edited
--   silently;
-- * articles whose URL last gave a doubtful answer: in full, and for two weeks, until they are
--   known to be gone.
-- Of several forms of one URL only one is fetched: preferably not one that was rejected, https
-- rather than http, and the full site rather than the mobile one. Each comes with what a
-- conditional GET sends, unless the page was last read in full more than a week ago, or gave no
-- article: some servers answer 304 forever.
with doubtful as (
    select distinct d.url
    from doubtful_answers d
    join state.articles a using (article_id)
    where a.source_id = $source_id
        and d.last_seen_at > a.last_seen_at
        and d.seen_at > $now::timestamptz - interval 14 days
        and not exists (from gone_articles g where g.article_id = d.article_id)
)
select
    l.url, l.source_id, l.found_url, l.listed_at, l.lastmod, l.title, if(d.url is null, p.etag, null) as etag,
    if(d.url is null, p.last_modified, null) as last_modified
from state.links l
left join doubtful d on d.url = l.url
left join rejections r on r.url = l.url
left join (
    select url, arg_max(etag, fetched_at) as etag, arg_max(last_modified, fetched_at) as last_modified
    from state.pages s
    where source_id = $source_id
        and not exists (from rejections j where j.url = s.url)
    group by url
    having max(fetched_at) >= $now::timestamptz - interval 7 days
) p on p.url = l.url
where l.source_id = $source_id
    and (
        (
            l.tried_at is null
            and (
                not exists (from article_urls u where u.url = l.url)
                or (
                    l.discovered_at > $now::timestamptz - interval 14 days
                    and not exists (from state.pages s where s.identity_key = l.identity_key)
                )
            )
        )
        or (r.retry and l.discovered_at > $now::timestamptz - interval 14 days)
        or d.url is not null
        or (
            r.reason in ('redirect-loop', 'broken', 'soft-404', 'no-text', 'too-short')
            and exists (
                from unnest([20, 68]) t(hours)
                where l.tried_at < l.discovered_at + to_hours(t.hours) and l.discovered_at + to_hours(t.hours) <= $now
            )
        )
        or (l.tried_at is not null and l.lastmod > coalesce(l.tried_lastmod, l.tried_at))
        or exists (
            from article_urls u
            join state.topic_hits h using (article_id), unnest([6, 24, 72]) t(hours)
            where u.url = l.url and l.tried_at < l.discovered_at + to_hours(t.hours)
                and l.discovered_at + to_hours(t.hours) <= $now
        )
    )
qualify row_number() over (
    partition by coalesce(l.identity_key, l.url)
    order by coalesce(not r.retry, false), l.url not like 'https:%',
        l.url similar to 'https?://(m|amp|mobile|wap)\..*', l.url
) = 1
order by l.listed_at nulls last, l.url;
