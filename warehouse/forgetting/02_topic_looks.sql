-- What topics looked at.
delete from state.topic_looks where article_id in (select article_id from doomed_articles);
