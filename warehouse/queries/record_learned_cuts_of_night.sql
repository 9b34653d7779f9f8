-- How many learned lines were cut from the articles that came in on each source's day.
update source_health h set learned_cuts = n.cuts
from (
    with recent as materialized (
        select article_id, source_id, landed_at
        from state.articles
        where arrived_by = 'run' and landed_at > (select min(now) from incoming) - interval 2 days
    ),
    cuts as materialized (
        select article_id
        from removed_text
        where article_id in (select article_id from recent) and rule like 'learned:%'
    )
    select i.source_id, timezone(i.timezone, i.now)::date as day, count(c.article_id) as cuts
    from incoming i
    left join recent a on a.source_id = i.source_id
        and timezone(i.timezone, a.landed_at)::date = timezone(i.timezone, i.now)::date
    left join cuts c using (article_id)
    where i.looked
    group by all
) n
where h.source_id = n.source_id and h.day = n.day;
