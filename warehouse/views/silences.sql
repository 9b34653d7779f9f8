-- One row per outlet and day since it was first looked at: what came, beside what usually does.
create or replace view silences as
with days as (
    select source_id, unnest(generate_series(min(day), (select max(day) from source_health), interval 1 day))::date as day
    from source_health
    group by source_id
),
grid as (
    select
        d.day, d.source_id, coalesce(h.state, 'no_run') as state, h.quiet, h.links, h.articles,
        h.state in ('new', 'nothing_new') as looked
    from days d
    left join source_health h using (day, source_id)
)
select
    day, source_id, state, quiet, links,
    if(count(*) filter (looked) over before < 7, null, median(links) filter (looked) over before) as expected_links,
    articles,
    if(count(*) filter (looked) over before < 7, null, median(articles) filter (looked) over before) as expected_articles
from grid
window before as (
    partition by source_id order by day range between interval 28 days preceding and interval 1 day preceding
);
