-- Who took over whose reports, of these articles: copies and rewrites by outlet, the most first.
select
    o.source_id as original_source_id, so.name as original_outlet, c.source_id, sc.name as outlet,
    count(*) filter (s.relation = 'copy') as copies, count(*) filter (s.relation = 'rewrite') as rewrites,
    median(
        if(
            'day' in (c.published_precision, o.published_precision),
            null,
            date_sub('minute', o.published_at, c.published_at)
        )
    ) as delay_minutes
from story_articles s
join state.articles c using (article_id)
join state.articles o on o.article_id = s.original_article_id
join sources sc on sc.source_id = c.source_id
join sources so on so.source_id = o.source_id
where s.relation in ('copy', 'rewrite') and c.source_id <> o.source_id
    and s.article_id in (select unnest(from_json_strict($articles, '["VARCHAR"]')))
group by o.source_id, so.name, c.source_id, sc.name
order by copies + rewrites desc, lower(so.name), lower(sc.name);
