-- How many learned lines were cut from the articles that came in on each source's day.
update source_health h set learned_cuts = (
    select count(*)
    from removed_text r
    join state.articles a using (article_id)
    where a.source_id = h.source_id and a.arrived_by = 'run' and r.rule like 'learned:%'
        and timezone(i.timezone, a.landed_at)::date = h.day
)
from incoming i
where h.source_id = i.source_id and h.day = timezone(i.timezone, i.now)::date and i.looked;
