-- Articles: the newest text is current, the first arrival stays on record. A date stays as it was
-- if a later look does not find one, or finds it only to the day. Known articles are fetched by row
-- id, so that the columns of the archive are not read.
merge into state.articles t
using (
    with known as materialized (
        from state.articles
        where rowid in (
            select a.rowid from state.articles a where a.article_id in (select article_id from incoming)
        )
    )
    select
        i.* exclude (seen_at) replace (
            coalesce(a.source_id, i.source_id) as source_id,
            coalesce(a.url, i.url) as url,
            coalesce(a.identity_key, i.identity_key) as identity_key,
            coalesce(a.arrived_by, i.arrived_by) as arrived_by,
            coalesce(a.landed_at, i.landed_at) as landed_at,
            least(a.first_seen_at, i.first_seen_at) as first_seen_at,
            if(keeps_date, a.published_at, i.published_at) as published_at,
            if(keeps_date, a.published_precision, i.published_precision) as published_precision,
            if(keeps_date, a.published_from, i.published_from) as published_from
        ),
        i.seen_at as last_seen_at,
    from incoming i
    left join known a using (article_id)
    cross join lateral (
        select i.seen_at > a.last_seen_at and a.published_at is not null and (
            i.published_at is null
            or (
                i.published_precision = 'day' and a.published_precision <> 'day'
                and abs(epoch(i.published_at) - epoch(a.published_at)) < 86400
            )
        ) as keeps_date
    )
    where a.article_id is null or i.seen_at >= a.last_seen_at
    union all by name
    select a.* replace (least(a.first_seen_at, i.first_seen_at) as first_seen_at)
    from incoming i
    join known a using (article_id)
    where i.seen_at < a.last_seen_at
) n on t.article_id = n.article_id
when matched then update by name
when not matched then insert by name;
