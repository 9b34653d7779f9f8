-- One row per story and outlet that followed another in telling it, by the first article of each.
create or replace view first_reports as
with firsts as (
    select * from timeline qualify row_number() over (partition by story_id, source_id order by n) = 1
)
select
    f.story_id, b.title, b.source_id as first_source_id, b.article_id as first_article_id,
    b.published_at as first_published_at, f.source_id as follower_source_id, f.article_id as follower_article_id,
    f.delay_minutes, f.relation, b.published_on as first_published_on
from firsts f
join firsts b on b.story_id = f.story_id and b.n = 1
where f.n > 1;
