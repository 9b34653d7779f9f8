-- Matches, with the sentences that they stand on.
delete from state.topic_hits where article_id in (select article_id from doomed_articles);
