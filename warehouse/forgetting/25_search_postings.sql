-- Which words their texts hold, and those of texts that articles no longer have.
delete from state.search_postings where document_id not in (select document_id from state.search_documents);
