-- What was told of them.
delete from alert_articles where article_id in (select article_id from doomed_articles);
