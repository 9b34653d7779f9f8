-- What was learned about sources, the most frequent first; of all sources when source_id is NULL.
select line_id, source_id, shape, text, articles, share, first_seen_at, last_seen_at, learned_at, kept
from learned_lines
where source_id = $source_id or $source_id is null
order by source_id, articles desc, line_id;
