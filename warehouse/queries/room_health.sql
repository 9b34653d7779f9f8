-- How outlets stood on the last days, and what was expected of them: one row per outlet and day; only of one outlet, if
-- one is given.
select
    s.day, s.source_id, s.state, s.quiet, s.links, s.expected_links, s.articles, s.expected_articles, h.rejections,
    h.detail, h.doubtful
from silences s
left join source_health h using (source_id, day)
where s.day > (select max(day) from source_health) - $days
    and ($source_id is null or s.source_id = $source_id)
order by s.day, s.source_id;
