-- What was changed in these articles in a night, the newest first.
select
    e.article_id, o.name as outlet, a.url, e.seen_at, e.previous_title, e.title, e.added, e.cut
from edits e
join state.articles a using (article_id)
join sources o on o.source_id = a.source_id
where list_contains(from_json_strict($articles, '["VARCHAR"]'), e.article_id)
    and e.seen_at > $since and e.seen_at <= $until
order by e.seen_at desc, e.article_id;
