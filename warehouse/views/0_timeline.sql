-- One row per article, in the order in which its story was told: by the latest instant at which it can have come out,
-- so that an article of which only the day is known is first only if it surely was.
create or replace view timeline as
with reports as (
    select
        s.story_id, a.article_id, a.source_id, o.name as outlet, a.title, a.url, s.relation, s.original_article_id,
        a.published_at, local_day(a.published_at, zone := o.timezone) as published_on,
        if(a.published_precision = 'day', null, a.published_at) as exactly,
        coalesce(exactly, a.published_at + interval 1 day, a.first_seen_at) as latest
    from story_articles s
    join state.articles a using (article_id)
    left join sources o using (source_id)
)
select
    story_id, row_number() over told as n, published_at, published_on, source_id, outlet, article_id, title, url,
    relation, original_article_id, date_sub('minute', first_value(exactly) over told, exactly) as delay_minutes
from reports
window told as (partition by story_id order by latest, article_id);
