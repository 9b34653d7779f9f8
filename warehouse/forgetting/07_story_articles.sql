-- Places in stories.
delete from story_articles where article_id in (select article_id from doomed_articles);
