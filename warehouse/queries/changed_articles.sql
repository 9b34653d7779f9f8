-- The articles that changed, and all others of the stories that did.
create or replace table changed.main.changed_articles as
select article_id from state.pending_articles
union
select article_id from story_articles where story_id in (select story_id from changed.main.changed_stories);
