-- How much each watched topic was written about on each of the days up to one, the user blogs apart.
with days as (select unnest(generate_series($day::date - $days + 1, $day::date, interval 1 day))::date as day)
select
    t.topic_id, d.day, coalesce(sum(c.articles), 0)::bigint as articles, coalesce(sum(c.mentions), 0)::bigint as mentions,
    coalesce(sum(c.all_articles), 0)::bigint as all_articles
from topics t
cross join days d
left join (
    select * from coverage
    join sources o using (source_id)
    where o.kind <> 'user_blog' and day > $day::date - $days and day <= $day
) c using (topic_id, day)
where t.active
group by t.topic_id, d.day
order by t.topic_id, d.day;
