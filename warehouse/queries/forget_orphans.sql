-- Postings of texts that articles no longer have. The database gives their room back when it is next written out.
delete from state.search_postings where document_id not in (select document_id from state.search_documents);
