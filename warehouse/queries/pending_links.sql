-- The links of some sources to fetch, oldest first:
-- * new ones, including those that another page names as its canonical;
-- * those whose last try may be repeated, for two weeks: a page that always answers 500 must not
--   cost a request every night;
-- * those whose response is no article but may be one later, such as a broken body or an empty
--   page: twice, in the next night and the third after that;
-- * those whose sitemap says that they have changed since;
-- * articles of a topic 6, 24, and 72 hours after they were found, because some are edited
--   silently, unless that was two weeks ago: a new topic finds many in the archive;
-- * articles whose URL last gave a doubtful answer: in full, and for two weeks, until they are
--   known to be gone.
-- Of several forms of one URL only one is fetched: preferably not one that was rejected, https
-- rather than http, and the full site rather than the mobile one. Each comes with what a
-- conditional GET sends, unless the page was last read in full more than a week ago, or gave no
-- article: some servers answer 304 forever.
-- What is due is chosen by few columns of the archive, and read by its row ids.
with doubtful as materialized (
    select distinct d.url
    from doubtful_answers d
    join state.articles a using (article_id)
    where d.last_seen_at > a.last_seen_at
        and d.seen_at > $now::timestamptz - interval 14 days
        and not exists (from gone_articles g where g.article_id = d.article_id)
),
recent as materialized (
    select rowid as place, url, tried_at, discovered_at
    from state.links
    where discovered_at > $now::timestamptz - interval 14 days
),
followed as materialized (
    select url
    from article_urls
    where url in (select url from recent) and article_id in (select article_id from state.topic_hits)
),
due as materialized (
    select rowid as place from state.links
    where tried_at is null or lastmod > coalesce(tried_lastmod, tried_at)
    union
    select rowid from state.links where url in (select url from doubtful)
    union
    select l.place
    from recent l
    left join rejections r using (url)
    where r.retry
        or (
            r.reason in ('redirect-loop', 'broken', 'soft-404', 'no-text', 'too-short')
            and exists (
                from unnest([20, 68]) t(hours)
                where l.tried_at < l.discovered_at + to_hours(t.hours) and l.discovered_at + to_hours(t.hours) <= $now
            )
        )
        or (
            l.url in (select url from followed)
            and exists (
                from unnest([6, 24, 72]) t(hours)
                where l.tried_at < l.discovered_at + to_hours(t.hours) and l.discovered_at + to_hours(t.hours) <= $now
            )
        )
),
candidates as materialized (
    select
        l.*, coalesce(r.retry and l.discovered_at > $now::timestamptz - interval 14 days, false) as retried,
        coalesce(not r.retry, false) as refused, d.url is not null as doubted
    from state.links l
    left join rejections r on r.url = l.url
    left join doubtful d on d.url = l.url
    where l.rowid in (select place from due) and l.source_id in (select unnest(from_json_strict($sources, '["VARCHAR"]')))
),
untried as materialized (select url, identity_key, discovered_at from candidates where tried_at is null),
-- Links that were met as the address of an article need not be fetched, unless that was lately, and nothing came from
-- their own.
met as materialized (
    select url
    from untried
    where url in (select url from article_urls where url in (select url from untried))
        and (
            discovered_at <= $now::timestamptz - interval 14 days
            or identity_key in (
                select identity_key from state.pages where identity_key in (select identity_key from untried)
            )
        )
),
answers as materialized (
    select url, arg_max(etag, fetched_at) as etag, arg_max(last_modified, fetched_at) as last_modified
    from state.pages
    where fetched_at >= $now::timestamptz - interval 7 days and url in (select url from candidates)
        and url not in (select url from rejections)
    group by url
)
select
    c.url, c.source_id, c.found_url, c.listed_at, c.lastmod, c.title, if(c.doubted, null, p.etag) as etag,
    if(c.doubted, null, p.last_modified) as last_modified
from candidates c
left join answers p using (url)
where c.retried or c.doubted or c.url not in (select url from met)
qualify row_number() over (
    partition by c.source_id, coalesce(c.identity_key, c.url)
    order by c.refused, c.url not like 'https:%', c.url similar to 'https?://(m|amp|mobile|wap)\..*', c.url
) = 1
order by c.listed_at nulls last, c.url;
