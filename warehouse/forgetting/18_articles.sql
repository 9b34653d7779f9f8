-- The articles.
delete from state.articles where article_id in (select article_id from doomed_articles);
