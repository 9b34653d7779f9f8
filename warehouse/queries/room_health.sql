-- How outlets stood on the last days, as in silences: one row per outlet and day; only of one outlet, if one is given.
-- The view reads all days, which takes a second after three years.
with last as (select max(day) as day from source_health),
recent as (
    select h.* from source_health h cross join last
    where h.day > last.day - $days - 28 and ($source_id is null or h.source_id = $source_id)
),
days as (
    select source_id, unnest(generate_series(min(r.day), any_value(last.day), interval 1 day))::date as day
    from recent r cross join last
    group by source_id
),
grid as (
    select d.day, d.source_id, r.* exclude (day, source_id), r.state in ('new', 'nothing_new') as looked
    from days d
    left join recent r using (day, source_id)
),
expected as (
    select
        *,
        if(count(*) filter (looked) over before < 7, null, median(links) filter (looked) over before) as expected_links,
        if(count(*) filter (looked) over before < 7, null, median(articles) filter (looked) over before)
            as expected_articles
    from grid
    window before as (
        partition by source_id order by day range between interval 28 days preceding and interval 1 day preceding
    )
)
select
    e.day, e.source_id, o.name as outlet, coalesce(e.state, 'no_run') as state, e.quiet, e.links, e.expected_links,
    e.articles, e.expected_articles, e.rejections, e.detail, e.doubtful
from expected e
join sources o using (source_id)
cross join last
where e.day > last.day - $days
order by lower(o.name), e.day;
