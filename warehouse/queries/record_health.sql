-- What was wrong with each source today, after all its problems are known. A source that this run
-- skipped keeps what an earlier run of the day found.
update source_health h set quiet = i.looked and i.quiet, detail = i.detail
from incoming i
where h.source_id = i.source_id and h.day = timezone(i.timezone, i.now)::date and (i.looked or h.state = 'not_looked');
