-- Articles that were not cleaned since their text arrived, or a line of their source was learned or
-- overruled, with their body as extracted.
select
    a.article_id, a.source_id, a.title, coalesce(v.body, a.body) as body,
    coalesce(v.text_hash, a.text_hash) as extracted_hash
from state.articles a
left join state.cleanings c on c.article_id = a.article_id
left join article_versions v on v.article_id = c.article_id and v.text_hash = c.extracted_hash
where c.article_id is null or c.stale
order by a.source_id, a.article_id
limit $batch;
