-- What the index has of the tokenised articles' older texts; their postings are joined by nothing then.
delete from state.search_documents where article_id in (select article_id from tokens);
