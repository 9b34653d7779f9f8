-- The articles that changed, and all others of their stories.
create or replace table changed.main.changed_articles as
with pending as materialized (select distinct article_id from state.pending_articles)
select article_id from pending
union
select article_id
from story_articles
where story_id in (select story_id from story_articles where article_id in (select article_id from pending));
