-- The stories of the articles that changed, and those that were alerted since an instant.
create or replace table changed.main.changed_stories as
select story_id
from story_articles
where article_id in (select article_id from state.pending_articles)
union
select story_id from alerts where raised_at >= $since;
