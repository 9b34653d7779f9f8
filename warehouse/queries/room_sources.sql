-- One row per outlet: how it stands on the last day that a run looked, and what it has given.
with given as (
    select
        source_id, count(*) as articles, max(coalesce(published_at, first_seen_at)) as newest_at
    from state.articles
    group by source_id
),
health as (
    select source_id, arg_max(struct_pack(day, state, quiet, detail), day) as last, sum(doubtful) as doubtful,
        sum(articles) as fresh
    from source_health
    where day > (select max(day) from source_health) - $days
    group by source_id
),
lines as (select source_id, count(*) filter (not kept) as learned from learned_lines group by source_id)
select
    o.source_id, o.name as outlet, o.kind, o.status, o.home, coalesce(g.articles, 0) as articles, g.newest_at,
    h.last.day, h.last.state, h.last.quiet, h.last.detail, coalesce(h.doubtful, 0) as doubtful,
    coalesce(h.fresh, 0) as fresh, coalesce(l.learned, 0) as learned
from sources o
left join given g using (source_id)
left join health h using (source_id)
left join lines l using (source_id)
where $source_id is null or o.source_id = $source_id
order by o.status, lower(o.name);
