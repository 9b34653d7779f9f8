-- What each source gave today, in all looks of the day. A source that this run skipped keeps what
-- an earlier run of the day found. What a rejection says of a link that an earlier day listed counts
-- for that day.
merge into source_health t
using (
    with dated as (
        select i.*, timezone(i.timezone, i.now)::date as today from incoming i
    ),
    -- of the last two days, which hold today in every time zone
    recent as materialized (
        select source_id, landed_at, doubts, published_at, author, word_count
        from state.articles
        where arrived_by = 'run' and landed_at > (select min(now) from incoming) - interval 2 days
    ),
    recent_links as materialized (
        select source_id, discovered_at
        from state.links
        where discovered_at > (select min(now) from incoming) - interval 2 days
    ),
    before as (
        select h.source_id, max(h.usable_at) as usable_at
        from source_health h
        join dated d using (source_id)
        where h.day < d.today
        group by h.source_id
    )
    select
        d.*,
        case
            when not d.looked then 'not_looked'
            when d.failed then 'failed'
            when landed.articles > 0 then 'new'
            else 'nothing_new'
        end as state,
        landed.*,
        refused.*,
        listed.new_links,
        if(d.usable, d.now, null) as usable_at,
        epoch(d.now - before.usable_at) / 3600 as hours
    from dated d
    left join before using (source_id),
        lateral (
            select
                count(*) as articles,
                count(a.doubts) as doubtful,
                count(a.published_at) as dated,
                count(a.author) as signed,
                count(*) filter (not contains(coalesce(a.doubts, ''), 'container-missing')) as contained,
                count(*) filter (
                    list_has_any(string_split(coalesce(a.doubts, ''), '; '), d.incomplete_doubts)
                ) as incomplete,
                avg(a.word_count) as mean_words
            from recent a
            where a.source_id = d.source_id
                and timezone(d.timezone, a.landed_at)::date = d.today
        ) landed,
        lateral (
            select
                count(*) as rejections,
                count(*) filter (
                    fresh and not list_contains(d.blocked_reasons, what)
                    and not list_contains(d.passed_over_reasons, what)
                ) as unread,
                count(*) filter (fresh and list_contains(d.blocked_reasons, what)) as blocked
            from (
                select
                    if(r.reason = 'http-4xx', r.reason || ' ' || r.detail, r.reason) as what,
                    timezone(d.timezone, l.discovered_at)::date = d.today as fresh
                from rejections r
                left join state.links l on l.url = r.url
                where r.source_id = d.source_id and timezone(d.timezone, r.rejected_at)::date = d.today
            )
        ) refused,
        lateral (
            select count(*) as new_links from recent_links l
            where l.source_id = d.source_id and timezone(d.timezone, l.discovered_at)::date = d.today
        ) listed
) n on t.day = n.today and t.source_id = n.source_id
when matched and n.state <> 'not_looked' then update set
    state = n.state, links = n.links, articles = n.articles, rejections = n.rejections,
    doubtful = n.doubtful, most_links = greatest(coalesce(t.most_links, 0), n.links), new_links = n.new_links,
    unread = n.unread, blocked = n.blocked, dated = n.dated, signed = n.signed, contained = n.contained,
    incomplete = n.incomplete, mean_words = n.mean_words, usable_at = coalesce(n.usable_at, t.usable_at),
    hours = if(n.usable_at is null, t.hours, n.hours)
when not matched then insert (
    day, source_id, state, quiet, links, articles, rejections, detail, doubtful, most_links, new_links,
    unread, blocked, dated, signed, contained, incomplete, mean_words, usable_at, hours
) values (
    n.today, n.source_id, n.state, false, n.links, n.articles, n.rejections, '', n.doubtful, n.links, n.new_links,
    n.unread, n.blocked, n.dated, n.signed, n.contained, n.incomplete, n.mean_words, n.usable_at,
    if(n.usable_at is null, null, n.hours)
);
