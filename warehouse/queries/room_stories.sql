-- Stories that articles joined on one day in Jakarta, those that most outlets have first; `after`: a story of the page
-- before.
with joined as (
    select s.story_id, count(*) as fresh
    from state.articles a
    join story_articles s using (article_id)
    where timezone('Asia/Jakarta', a.landed_at)::date = $day
    group by s.story_id
),
ranked as materialized (
    select t.*, j.fresh
    from stories t
    join joined j using (story_id)
),
last as (select row(source_count, article_count, story_id) as place from ranked where story_id = $after)
select
    r.story_id, r.title, r.first_published_at, r.last_published_at, r.article_count, r.source_count, r.fresh,
    (
        select array_agg(name order by seen_at) from (
            select o.name, min(coalesce(a.published_at, a.first_seen_at)) as seen_at
            from story_articles s
            join state.articles a using (article_id)
            join sources o using (source_id)
            where s.story_id = r.story_id
            group by o.name
        )
    ) as outlets,
    (
        select array_agg(distinct h.topic_id order by h.topic_id) from state.topic_hits h
        join story_articles s using (article_id)
        where s.story_id = r.story_id and h.strength = 'subject'
    ) as topics
from ranked r
where not exists (from last) or row(r.source_count, r.article_count, r.story_id) < (select place from last)
order by r.source_count desc, r.article_count desc, r.story_id desc
limit $most;
