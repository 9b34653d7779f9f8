-- The newest articles, with what a topic has recorded of each, as in replayed_articles.
select
    a.article_id, s.story_id, coalesce(a.published_at, a.first_seen_at) as seen_at, o.name as outlet, a.url,
    a.title, a.body,
    h.strength as recorded, h.evidence
from state.articles a
join story_articles s using (article_id)
join sources o using (source_id)
left join state.topic_hits h on h.article_id = a.article_id and h.topic_id = $topic_id
where a.rowid in (
    select rowid from state.articles order by coalesce(published_at, first_seen_at) desc, article_id limit $most
)
order by seen_at desc, a.article_id;
