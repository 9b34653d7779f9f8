-- What the index of words knows of them.
delete from state.search_documents where article_id in (select article_id from doomed_articles);
