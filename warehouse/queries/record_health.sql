-- How each source stands today. A source that this run skipped keeps what an earlier run of the day
-- found.
merge into source_health t
using (
    with dated as (
        select i.*, timezone(i.timezone, i.now)::date as today from incoming i
    )
    select
        d.today as day,
        d.source_id,
        case
            when not d.looked then 'not_looked'
            when d.failed then 'failed'
            when landed.articles > 0 then 'new'
            else 'nothing_new'
        end as state,
        d.looked and d.quiet as quiet,
        d.links,
        landed.articles,
        refused.rejections,
        landed.doubtful,
        d.detail
    from dated d,
        lateral (
            select count(*) as articles, count(a.doubts) as doubtful from state.articles a
            where a.source_id = d.source_id and a.arrived_by = 'run'
                and timezone(d.timezone, a.landed_at)::date = d.today
        ) landed,
        lateral (
            select count(*) as rejections from rejections r
            where r.source_id = d.source_id and timezone(d.timezone, r.rejected_at)::date = d.today
        ) refused
) n on t.day = n.day and t.source_id = n.source_id
when matched and n.state <> 'not_looked' then update set
    state = n.state, quiet = n.quiet, links = n.links, articles = n.articles, rejections = n.rejections,
    doubtful = n.doubtful, detail = n.detail
when not matched then insert (day, source_id, state, quiet, links, articles, rejections, doubtful, detail)
    values (n.day, n.source_id, n.state, n.quiet, n.links, n.articles, n.rejections, n.doubtful, n.detail);
