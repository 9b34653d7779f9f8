-- How outlets stood on the last days: one row per outlet and day that a run ended on; only of one outlet, if one is
-- given.
select day, source_id, state, quiet, links, articles, rejections, detail, doubtful
from source_health
where day > (select max(day) from source_health) - $days
    and ($source_id is null or source_id = $source_id)
order by day, source_id;
