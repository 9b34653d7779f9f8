-- Moves between stories.
delete from story_splits where article_id in (select article_id from doomed_articles);
