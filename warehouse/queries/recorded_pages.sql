-- Which captures of these URLs, made in this span of time, are recorded.
select url, fetched_at, digest
from state.pages
where fetched_at between $first and $last
    and url in (select unnest(from_json_strict($urls, '["VARCHAR"]')));
