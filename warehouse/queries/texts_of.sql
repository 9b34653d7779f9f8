-- The recorded texts of these articles, including those kept aside. The rows are found by their ids
-- first: beside 400,000 texts that takes a twentieth of the time.
with asked as (select unnest(from_json_strict($article_ids, '["VARCHAR"]')) as article_id),
wanted as (select v.rowid as place from asked join article_versions v using (article_id))
select v.article_id, v.title, v.body, v.seen_at, a.published_at, a.last_seen_at as shown_from, false as doubted
from article_versions v
join state.articles a using (article_id)
where v.rowid in (select place from wanted)
union all
select d.article_id, d.title, d.body, d.seen_at, null, null, true
from asked
join doubtful_answers d using (article_id)
where d.body is not null;
