-- What their addresses answered.
delete from doubtful_answers where article_id in (select article_id from doomed_articles);
