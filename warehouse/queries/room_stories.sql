-- Stories that articles joined on one day in Jakarta, those that most outlets have first; `after`: a story of the page
-- before.
with joined as (
    select s.story_id, count(*) as fresh
    from state.articles a
    join story_articles s using (article_id)
    where local_day(a.landed_at) = $day
    group by s.story_id
),
told as (
    select
        s.story_id, any_value(j.fresh) as fresh, count(*) as article_count, count(distinct a.source_id) as source_count,
        list(o.name order by coalesce(a.published_at, a.first_seen_at), a.article_id) as outlets,
        min(coalesce(a.published_at, a.first_seen_at)) as first_published_at,
        max(coalesce(a.published_at, a.first_seen_at)) as last_published_at,
        arg_min(coalesce(a.published_precision, 'day'), (coalesce(a.published_at, a.first_seen_at), a.article_id))
            as first_precision,
        arg_min(a.title, (coalesce(a.published_at, a.first_seen_at), a.article_id)) as title
    from story_articles s
    join joined j using (story_id)
    join state.articles a using (article_id)
    join sources o using (source_id)
    group by s.story_id
),
last as (select row(source_count, article_count, story_id) as place from told where story_id = $after),
shown as (
    from told
    where not exists (from last) or row(source_count, article_count, story_id) < (select place from last)
    order by source_count desc, article_count desc, story_id desc
    limit $most
),
topics as (
    select s.story_id, list(distinct h.topic_id order by h.topic_id) as topics
    from state.topic_hits h
    join story_articles s using (article_id)
    where h.strength = 'subject' and s.story_id in (select story_id from shown)
    group by s.story_id
)
select s.*, coalesce(t.topics, []) as topics
from shown s
left join topics t using (story_id)
order by s.source_count desc, s.article_count desc, s.story_id desc;
