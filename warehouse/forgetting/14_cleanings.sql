-- Of what they were cleaned.
delete from state.cleanings where article_id in (select article_id from doomed_articles);
