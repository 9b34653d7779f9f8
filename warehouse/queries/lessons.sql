-- How many articles each source has, and had when its lines were last learned from a sample of each
-- size.
select a.source_id, z.sample, a.articles, least(coalesce(l.articles, 0), a.articles) as known
from (select source_id, count(*)::integer as articles from state.articles group by source_id) a
cross join (select unnest(from_json_strict($samples, '["INTEGER"]')) as sample) z
left join state.lessons l on l.source_id = a.source_id and l.sample = z.sample
order by z.sample, a.source_id;
