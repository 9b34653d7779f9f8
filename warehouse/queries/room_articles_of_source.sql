-- Articles of an outlet, the newest first; `after`: an article of the page before.
with listed as (
    select
        a.article_id, s.story_id, a.title, a.published_at, a.published_precision, a.word_count, a.doubts, s.relation,
        coalesce(a.published_at, a.first_seen_at) as seen_at
    from state.articles a
    left join story_articles s using (article_id)
    where a.source_id = $source_id
),
last as (select row(seen_at, article_id) as place from listed where article_id = $after)
from listed
where not exists (from last) or row(seen_at, article_id) < (select place from last)
order by seen_at desc, article_id desc
limit $most;
