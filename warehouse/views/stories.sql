-- One row per story: the reports of one event, whoever wrote them. Its title is the first published
-- article's.
create or replace view stories as
select
    s.story_id,
    arg_min(a.title, (coalesce(a.published_at, a.first_seen_at), a.article_id)) as title,
    min(coalesce(a.published_at, a.first_seen_at)) as first_published_at,
    max(coalesce(a.published_at, a.first_seen_at)) as last_published_at,
    last_published_at + interval 72 hours as closes_at,
    count(*) as article_count,
    count(distinct a.source_id) as source_count,
    avg(s.certainty)::float as cohesion,
    min(local_day(coalesce(a.published_at, a.first_seen_at), zone := o.timezone)) as first_published_on,
    max(local_day(coalesce(a.published_at, a.first_seen_at), zone := o.timezone)) as last_published_on
from story_articles s
join state.articles a using (article_id)
left join sources o using (source_id)
group by s.story_id;
