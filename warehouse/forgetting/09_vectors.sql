-- Vectors.
delete from state.vectors where article_id in (select article_id from doomed_articles);
