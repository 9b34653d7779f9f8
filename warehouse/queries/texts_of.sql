-- The texts on record of these articles, those that were believed and those that were kept aside.
with asked as (select unnest($article_ids::varchar[]) as article_id)
select v.article_id, v.title, v.body, v.seen_at, a.published_at, a.last_seen_at as shown_from, false as doubted
from asked
join state.articles a using (article_id)
join article_versions v using (article_id)
union all
select d.article_id, d.title, d.body, d.seen_at, null, null, true
from asked
join doubtful_answers d using (article_id)
where d.body is not null;
