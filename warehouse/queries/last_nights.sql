-- What each source gave on the last day on which it was looked at.
select source_id, day, state, quiet, links, coalesce(new_links, 0) as new_links, articles, rejections
from source_health
where state <> 'not_looked'
qualify row_number() over (partition by source_id order by day desc) = 1
order by source_id;
