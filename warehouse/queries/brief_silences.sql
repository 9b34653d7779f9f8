-- How each active outlet was on each of the days up to one, beside what is usual for it.
select
    s.source_id, o.name as outlet, s.day, s.state, s.quiet, s.links, s.expected_links, s.articles, s.expected_articles
from silences s
join sources o using (source_id)
where o.status = 'active' and s.day > $day::date - $days and s.day <= $day
order by lower(o.name), s.source_id, s.day;
